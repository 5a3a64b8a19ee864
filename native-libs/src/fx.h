/*
 * fx_: what FAISS's C API lacks and codeintel needs. Read by the definitions (fx.cpp) and by the generator of the Java
 * bindings, so that a declaration and its definition cannot drift apart.
 *
 * Every function may be missing from a libfaiss_c that a user brings: callers probe the name first.
 * No function lets a C++ exception out. An int result is 0 or an error code of FaissErrorCode (error_c.h); after an error,
 * fx_last_error() on the same thread holds the words.
 */
#ifndef CODEINTEL_FX_H
#define CODEINTEL_FX_H

#include <stddef.h>
#include <stdint.h>

#include <faiss/c_api/Index_c.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The words of this thread's latest fx_ call that returned an error code; empty after a success. Never null, never freed by
   the caller, valid until the thread's next fx_ call. */
const char* fx_last_error(void);

/* Threads of OpenMP for the FAISS calls of the calling thread: the setting belongs to a thread, not to the process. */
void fx_set_num_threads(int threads);
int fx_get_max_threads(void);

/* Copies the vectors of `count` ids to `out` (count x dimension floats), one by one. faiss_Index_reconstruct_n ends the
   process on an id map whose ids are not positions: it throws inside an OpenMP region. */
int fx_reconstruct_ids(const FaissIndex* index, int64_t count, const int64_t* ids, float* out);

/* Writes the index to memory of the C heap; the caller frees it with fx_free. */
int fx_write_mem(const FaissIndex* index, uint8_t** out, size_t* size);

/* Reads an index from memory, which may be freed or unmapped afterwards. The bytes must be whole: FAISS's readers do not
   survive damage, so compare a checksum before. Bytes left over are an error. */
int fx_read_mem(const uint8_t* bytes, size_t size, int io_flags, FaissIndex** out);

/* Frees what fx_write_mem gave; null is fine. */
void fx_free(void* memory);

/* The kernels that OpenBLAS picked for this processor, like "SkylakeX" or "Haswell". */
const char* fx_blas_core(void);

/* The kernels that src/simd.cpp picked for this processor: "avx512", "avx2" or "sse2". */
const char* fx_simd_level(void);

/* How many GPUs can be used: 0 without a driver, where faiss_get_num_gpus would end the process. Only in a build with
   FX_GPU. */
int fx_gpu_count(void);

#ifdef __cplusplus
}
#endif

#endif
