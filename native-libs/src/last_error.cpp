// Stands in for error_impl.cpp of Debian's libfaiss_c.a. That object is compiled for an executable: its thread-local
// variable is addressed in a way (local-exec) that a shared library cannot have. Same names, same behaviour, compiled PIC.

#include <exception>

// Declared in FAISS's c_api/error_impl.h and set by the catch blocks of every C API function.
thread_local std::exception_ptr faiss_last_exception;

extern "C" const char* faiss_get_last_error(void) {
    if (!faiss_last_exception) {
        return nullptr;
    }
    try {
        std::rethrow_exception(faiss_last_exception);
    } catch (const std::exception& e) {
        return e.what(); // lives as long as faiss_last_exception holds the exception
    } catch (...) {
        return "unknown error";
    }
}
