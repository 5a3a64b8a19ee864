// Definitions of fx.h. Needs FAISS 1.11 headers; -DFX_GPU adds what a CUDA build has.

#include "fx.h"

#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>
#include <string>

#include <omp.h>

#include <faiss/Index.h>
#include <faiss/c_api/error_c.h>
#include <faiss/impl/FaissException.h>
#include <faiss/impl/io.h>
#include <faiss/index_io.h>

#ifdef FX_GPU
#include <cuda_runtime_api.h>
#endif

extern "C" char* openblas_get_corename(void);

namespace {

// A string, not a buffer: the library lives in the small static TLS block, which a dlopen'ed library shares with others.
thread_local std::string last_error;

void remember(const char* words) noexcept {
    try {
        last_error = words;
    } catch (...) {
        last_error.clear(); // no memory for the words; the code still tells
    }
}

// Runs the body; turns every exception into a code and its words.
template <class Body>
int guarded(Body&& body) noexcept {
    last_error.clear();
    try {
        body();
        return OK;
    } catch (const faiss::FaissException& e) {
        remember(e.what());
        return FAISS_EXCEPT;
    } catch (const std::exception& e) {
        remember(e.what());
        return STD_EXCEPT;
    } catch (...) {
        remember("an exception that is no std::exception");
        return UNKNOWN_EXCEPT;
    }
}

void require(bool condition, const char* words) {
    if (!condition) {
        throw faiss::FaissException(words);
    }
}

const faiss::Index* cpp(const FaissIndex* index) {
    return reinterpret_cast<const faiss::Index*>(index);
}

// Grows one block of the C heap, which the caller takes over: no second copy of a large index.
struct HeapWriter : faiss::IOWriter {
    uint8_t* bytes = nullptr;
    size_t used = 0;
    size_t capacity = 0;

    ~HeapWriter() override {
        free(bytes);
    }

    size_t operator()(const void* from, size_t size, size_t count) override {
        size_t more = size * count;
        if (more > capacity - used) {
            grow(used + more);
        }
        if (more > 0) {
            memcpy(bytes + used, from, more);
            used += more;
        }
        return count;
    }

    void grow(size_t needed) {
        size_t wanted = capacity + capacity / 2;
        if (wanted < needed) {
            wanted = needed;
        }
        void* grown = realloc(bytes, wanted);
        if (grown == nullptr) {
            throw std::bad_alloc();
        }
        bytes = static_cast<uint8_t*>(grown);
        capacity = wanted;
    }

    uint8_t* release() {
        uint8_t* released = bytes;
        bytes = nullptr;
        return released;
    }
};

struct MemoryReader : faiss::IOReader {
    const uint8_t* bytes;
    size_t size;
    size_t position = 0;

    MemoryReader(const uint8_t* bytes, size_t size) : bytes(bytes), size(size) {}

    size_t operator()(void* to, size_t item, size_t count) override {
        if (item == 0) {
            return 0;
        }
        size_t whole = (size - position) / item;
        size_t taken = whole < count ? whole : count;
        if (taken > 0) {
            memcpy(to, bytes + position, taken * item);
            position += taken * item;
        }
        return taken;
    }
};

} // namespace

extern "C" {

const char* fx_last_error(void) {
    return last_error.c_str();
}

void fx_set_num_threads(int threads) {
    omp_set_num_threads(threads < 1 ? 1 : threads);
}

int fx_get_max_threads(void) {
    return omp_get_max_threads();
}

int fx_reconstruct_ids(const FaissIndex* index, int64_t count, const int64_t* ids, float* out) {
    return guarded([&] {
        require(index != nullptr, "fx_reconstruct_ids: index is null");
        require(count >= 0, "fx_reconstruct_ids: count is negative");
        require(count == 0 || (ids != nullptr && out != nullptr), "fx_reconstruct_ids: ids or out is null");
        size_t dimension = cpp(index)->d;
        for (int64_t i = 0; i < count; i++) {
            cpp(index)->reconstruct(ids[i], out + i * dimension);
        }
    });
}

int fx_write_mem(const FaissIndex* index, uint8_t** out, size_t* size) {
    return guarded([&] {
        require(index != nullptr && out != nullptr && size != nullptr, "fx_write_mem: an argument is null");
        *out = nullptr;
        *size = 0;
        HeapWriter writer;
        faiss::write_index(cpp(index), &writer);
        *size = writer.used;
        *out = writer.release();
    });
}

int fx_read_mem(const uint8_t* bytes, size_t size, int io_flags, FaissIndex** out) {
    return guarded([&] {
        require(bytes != nullptr && out != nullptr, "fx_read_mem: an argument is null");
        *out = nullptr;
        MemoryReader reader(bytes, size);
        faiss::Index* index = faiss::read_index(&reader, io_flags);
        if (reader.position != size) {
            delete index;
            require(false, "fx_read_mem: bytes are left over after the index");
        }
        *out = reinterpret_cast<FaissIndex*>(index);
    });
}

void fx_free(void* memory) {
    free(memory);
}

const char* fx_blas_core(void) {
    return openblas_get_corename();
}

const char* fx_simd_level(void) {
    // The same questions in the same order as the resolvers that target_clones makes in simd.cpp.
    __builtin_cpu_init();
    if (__builtin_cpu_supports("x86-64-v4")) {
        return "avx512";
    }
    if (__builtin_cpu_supports("x86-64-v3")) {
        return "avx2";
    }
    return "sse2";
}

#ifdef FX_GPU
int fx_gpu_count(void) {
    int count = 0;
    return cudaGetDeviceCount(&count) == cudaSuccess ? count : 0;
}
#endif

} // extern "C"
