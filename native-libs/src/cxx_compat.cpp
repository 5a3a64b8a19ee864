// What Debian 13's C++ objects expect and gcc 12 does not have, and stand-ins for two variables of libc.

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>

#include <dlfcn.h>

#define HIDDEN __attribute__((visibility("hidden")))

// gcc 14 calls it where an exception would leave a noexcept function.
extern "C" HIDDEN void __cxa_call_terminate(void*) noexcept __attribute__((noreturn));

extern "C" void __cxa_call_terminate(void*) noexcept {
    std::terminate();
}

// std::string::_M_replace_cold(where, old_length, source, new_length, tail): replaces inside the string's own buffer where
// the source may be part of that buffer. gcc 14 calls it; gcc 12's libstdc++ does not have it.
extern "C" HIDDEN void compat_replace_cold(
        void* self,
        char* where,
        size_t old_length,
        const char* source,
        size_t new_length,
        size_t tail)
        __asm__("_ZNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEE15_M_replace_coldEPcmPKcmm");

extern "C" void compat_replace_cold(
        void*,
        char* where,
        size_t old_length,
        const char* source,
        size_t new_length,
        size_t tail) {
    char* copy = nullptr;
    if (new_length > 0) {
        copy = static_cast<char*>(malloc(new_length));
        if (copy == nullptr) {
            std::terminate();
        }
        memcpy(copy, source, new_length);
    }
    if (tail > 0 && old_length != new_length) {
        memmove(where + new_length, where + old_length, tail);
    }
    if (new_length > 0) {
        memcpy(where, copy, new_length);
        free(copy);
    }
}

// Objects compiled for an executable address a variable of libc relative to their own code, which a shared library cannot
// offer: they get hidden variables of ours instead.

// 0 means "there may be threads: use atomics", which is always right.
extern "C" HIDDEN char __libc_single_threaded;
char __libc_single_threaded = 0;

// The build renames `stderr` to this name in the C API's archive. Filled as early as possible.
extern "C" HIDDEN FILE* compat_stderr;
FILE* compat_stderr = nullptr;

__attribute__((constructor(101))) static void find_stderr() {
    void* found = dlsym(RTLD_DEFAULT, "stderr");
    if (found != nullptr) {
        compat_stderr = *static_cast<FILE**>(found);
    }
}
