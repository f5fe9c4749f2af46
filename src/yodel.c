/* The shared library is libyodel-core as a whole; automake wants one source file of its own. */
#include <yodel/yodel.h>
