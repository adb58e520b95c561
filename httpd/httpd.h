/* httpd: what the files of the parent share */
#ifndef HTTPD_H
#define HTTPD_H

#include "msgs.h"
#include "parent.h"

struct httpd_conf {
	struct parent_keys parent;
	char *host, *root;
	struct conf_list index; /* char * */
	int https_only;
	int64_t https_port; /* 0: the gate's */
	int64_t workers;
	char *log;
	int log_address; /* enum accesslog_address */
	int64_t idle, header, body, write;
	int64_t requests, connections, memory;
};
extern struct httpd_conf httpd_conf; /* in force */
extern const struct conf_key httpd_keys[];
extern struct daemon httpd;
#endif
