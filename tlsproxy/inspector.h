/* inspector: the process that reads certificates for the parent */
#ifndef INSPECTOR_H
#define INSPECTOR_H

void inspector_prepare(void);
#endif
