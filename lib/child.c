/* child: main() of a program that holds no parent; only its parent runs it */
#include <stdio.h>
#include <string.h>

#include "proc.h"

int
main(int argc, char *argv[])
{
	if (argc != 3 || strcmp(argv[1], "-x") != 0) {
		fprintf(stderr, "run by its daemon only\n");
		return 1;
	}
	proc_self = ANY;
	proc_child(argv[2]);
}
