// System calls without the C library: init empties the memory that it inherited, the library's and the dynamic
// linker's own notes among it, and may then neither allocate nor have a symbol looked up, nor trust errno.
#ifndef AIRLOCK_RAW_H
#define AIRLOCK_RAW_H

#include <sys/syscall.h>

/// @return the call's result, or -errno.
static inline long raw6(long number, long a, long b, long c, long d, long e, long f) {
#if defined(__x86_64__)
  long result;
  register long fourth __asm__("r10") = d;
  register long fifth __asm__("r8") = e;
  register long sixth __asm__("r9") = f;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(fourth), "r"(fifth), "r"(sixth)
                   : "rcx", "r11", "memory");
  return result;
#elif defined(__aarch64__)
  register long call __asm__("x8") = number;
  register long first __asm__("x0") = a;
  register long second __asm__("x1") = b;
  register long third __asm__("x2") = c;
  register long fourth __asm__("x3") = d;
  register long fifth __asm__("x4") = e;
  register long sixth __asm__("x5") = f;
  __asm__ volatile("svc 0"
                   : "+r"(first)
                   : "r"(call), "r"(second), "r"(third), "r"(fourth), "r"(fifth), "r"(sixth)
                   : "memory");
  return first;
#else
#error "Airlock's launcher knows x86-64 and AArch64"
#endif
}

#define RAW_PICK(_1, _2, _3, _4, _5, _6, name, ...) name
#define RAW_LONG(value) ((long)(value))
#define RAW1(n) raw6(n, 0, 0, 0, 0, 0, 0)
#define RAW2(n, a) raw6(n, RAW_LONG(a), 0, 0, 0, 0, 0)
#define RAW3(n, a, b) raw6(n, RAW_LONG(a), RAW_LONG(b), 0, 0, 0, 0)
#define RAW4(n, a, b, c) raw6(n, RAW_LONG(a), RAW_LONG(b), RAW_LONG(c), 0, 0, 0)
#define RAW5(n, a, b, c, d) raw6(n, RAW_LONG(a), RAW_LONG(b), RAW_LONG(c), RAW_LONG(d), 0, 0)
#define RAW6(n, a, b, c, d, e) raw6(n, RAW_LONG(a), RAW_LONG(b), RAW_LONG(c), RAW_LONG(d), RAW_LONG(e), 0)
#define raw(...) RAW_PICK(__VA_ARGS__, RAW6, RAW5, RAW4, RAW3, RAW2, RAW1)(__VA_ARGS__)

#endif
