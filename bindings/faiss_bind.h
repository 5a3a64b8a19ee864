/*
 * Everything that the generated bindings may hold; includes.txt says what of it they do hold.
 *
 * Prototypes of our own come first: FAISS declares these functions with "()", which C before C23 reads as "no prototype", and
 * jextract would make variadic invokers of them. A declaration with (void) seen first cures that for every libclang.
 */

const char* faiss_get_last_error(void);
const char* faiss_get_version(void);

#include <faiss/c_api/IndexIVF_c.h>
#include <faiss/c_api/Index_c.h>
#include <faiss/c_api/error_c.h>
#include <faiss/c_api/faiss_c.h>
#include <faiss/c_api/impl/AuxIndexStructures_c.h>
#include <faiss/c_api/impl/io_c.h>
#include <faiss/c_api/index_factory_c.h>
#include <faiss/c_api/index_io_c.h>

#include "../native-libs/src/fx.h"

/* OpenMP: the same as fx_set_num_threads, for a libfaiss_c without our additions. Not from omp.h, which belongs to a compiler. */
void omp_set_num_threads(int threads);

/* libc, for OMP_WAIT_POLICY: OpenMP reads it once, while the library is loaded. */
int setenv(const char* name, const char* value, int overwrite);
