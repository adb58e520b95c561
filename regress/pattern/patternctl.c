/* patternctl: words to a daemon's control socket; see lib/ctl.h */
#include <stdio.h>

#include "ctl.h"

int
main(int argc, char *argv[])
{
	if (argc < 3) {
		fprintf(stderr, "usage: patternctl socket word ...\n");
		return 1;
	}
	return ctl_ask(argv[1], argc - 2, argv + 2);
}
