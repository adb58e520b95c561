/* stubs: see ../stubs.h */
#include "../stubs.h"
