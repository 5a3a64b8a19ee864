/*
 * C functions that objects of Debian 13 expect from a glibc newer than 2.34. With these, hidden inside our libraries, the
 * libraries load on Ubuntu 22.04, RHEL 9 and Debian 12.
 */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#define HIDDEN __attribute__((visibility("hidden")))

/* glibc 2.38 names for the C23 forms, which also read 0b binary numbers; FAISS and libstdc++ never pass any. */
HIDDEN long __isoc23_strtol(const char* text, char** end, int base) {
    return strtol(text, end, base);
}

HIDDEN unsigned long __isoc23_strtoul(const char* text, char** end, int base) {
    return strtoul(text, end, base);
}

HIDDEN int __isoc23_sscanf(const char* text, const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int read = vsscanf(text, format, arguments);
    va_end(arguments);
    return read;
}

/* glibc 2.36. libstdc++'s std::random_device asks for it. */
HIDDEN unsigned arc4random(void) {
    unsigned random = 0;
    while (getrandom(&random, sizeof random, 0) != sizeof random) {
    }
    return random;
}
