/*
 * Prints what a libfaiss_c computes, so that two builds can be compared line by line (native-libs/verify): index kinds, a
 * filtered search, the error path, and an index that goes to memory and back. Everything is seeded; scores are printed with
 * the digits that two correct builds share.
 */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <faiss/c_api/Index_c.h>
#include <faiss/c_api/IndexIVF_c.h>
#include <faiss/c_api/error_c.h>
#include <faiss/c_api/impl/AuxIndexStructures_c.h>
#include <faiss/c_api/index_factory_c.h>

#include "fx.h"

enum { DIMENSION = 64, VECTORS = 4000, QUERIES = 32, WANTED = 5, FIRST_ID = 1000 };

static uint64_t state = 42;

static float next_float(void) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (float)(state >> 40) / (float)(1 << 24) - 0.5f;
}

static void check(int code, const char* call) {
    if (code != 0) {
        printf("%s: code %d: %s / %s\n", call, code, faiss_get_last_error(), fx_last_error());
        exit(1);
    }
}

static void print_search(const FaissIndex* index, const FaissSearchParameters* parameters, const float* queries) {
    float scores[QUERIES * WANTED];
    idx_t ids[QUERIES * WANTED];
    check(faiss_Index_search_with_params(index, QUERIES, queries, WANTED, parameters, scores, ids), "search");
    for (int i = 0; i < QUERIES * WANTED; i++) {
        printf("%" PRId64 " %.3f%s", (int64_t)ids[i], scores[i], i % WANTED == WANTED - 1 ? "\n" : "  ");
    }
}

static void try_kind(const char* description, const float* vectors, const idx_t* ids, const float* queries) {
    printf("== %s\n", description);
    FaissIndex* index = NULL;
    check(faiss_index_factory(&index, DIMENSION, description, METRIC_INNER_PRODUCT), "factory");
    check(faiss_Index_train(index, VECTORS, vectors), "train");
    check(faiss_Index_add_with_ids(index, VECTORS, vectors, ids), "add");

    uint8_t bitmap[(FIRST_ID + VECTORS) / 8];
    memset(bitmap, 0x11, sizeof bitmap); /* every fourth id */
    FaissIDSelectorBitmap* selector = NULL;
    check(faiss_IDSelectorBitmap_new(&selector, sizeof bitmap, bitmap), "selector");
    FaissSearchParametersIVF* parameters = NULL;
    check(faiss_SearchParametersIVF_new_with(&parameters, (FaissIDSelector*)selector, 8, 0), "parameters");
    print_search(index, NULL, queries);
    print_search(index, parameters, queries);

    uint8_t* bytes = NULL;
    size_t size = 0;
    FaissIndex* copy = NULL;
    check(fx_write_mem(index, &bytes, &size), "fx_write_mem");
    printf("%zu bytes\n", size);
    check(fx_read_mem(bytes, size, 0, &copy), "fx_read_mem");
    print_search(copy, parameters, queries);
    printf("one byte less: %d", fx_read_mem(bytes, size - 1, 0, &copy));
    printf(" %s\n", *fx_last_error() != '\0' ? "with words" : "without words");
    fx_free(bytes);

    float vector[2 * DIMENSION];
    idx_t wanted[] = {FIRST_ID + 17, FIRST_ID + 3};
    printf("reconstruct: %d", fx_reconstruct_ids(index, 2, wanted, vector));
    printf(" %s\n", fx_last_error());
    faiss_SearchParametersIVF_free(parameters);
    faiss_IDSelectorBitmap_free(selector);
    faiss_Index_free(index);
}

int main(void) {
    float* vectors = malloc(sizeof(float) * VECTORS * DIMENSION);
    float* queries = malloc(sizeof(float) * QUERIES * DIMENSION);
    idx_t* ids = malloc(sizeof(idx_t) * VECTORS);
    for (int i = 0; i < VECTORS * DIMENSION; i++) {
        vectors[i] = next_float();
    }
    for (int i = 0; i < QUERIES * DIMENSION; i++) {
        queries[i] = next_float();
    }
    for (int i = 0; i < VECTORS; i++) {
        ids[i] = FIRST_ID + i;
    }
    fx_set_num_threads(1);
    try_kind("IDMap2,Flat", vectors, ids, queries);
    try_kind("IVF32,Flat", vectors, ids, queries);
    try_kind("IDMap2,SQ8", vectors, ids, queries);

    FaissIndex* none = NULL;
    int code = faiss_index_factory(&none, DIMENSION, "Nonsense", METRIC_INNER_PRODUCT);
    const char* words = faiss_get_last_error();
    printf("== bad description: %d %s\n", code, strstr(words, "could not parse index string") ? "with words" : words);
    printf("null arguments: %d %d %d\n", fx_read_mem(NULL, 1, 0, &none), fx_write_mem(NULL, NULL, NULL),
            fx_reconstruct_ids(NULL, 1, ids, vectors));
    printf("blas %s, simd %s\n", fx_blas_core(), fx_simd_level());
    free(ids);
    free(queries);
    free(vectors);
    return 0;
}
