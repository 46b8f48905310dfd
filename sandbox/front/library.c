// What the front and the launcher need of a C library, without one.
//
// A C library asks the processor what it can (CPUID, some sixty times) to choose its string functions, and where a
// hypervisor answers, that takes a quarter of a millisecond: half of all that this program takes to begin. So it is linked
// with none, and nothing of one can slip in: a function that is missing here is an error of the linker. Each does what
// its page in section 3 says as far as it is used, and has one thread to do it for.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __x86_64__
#include <asm/prctl.h>
#endif

#include "../launcher/raw.h"

#undef errno

enum { SIGNAL_BYTES = 8 }; // of a signal set, for the kernel

int main(int argc, char **argv);

char **environ;

static int last_error;
int *__errno_location(void) { return &last_error; }

static long result(long value) {
  if (value >= 0) return value;
  last_error = (int)-value;
  return -1;
}

// MARK: The beginning

__attribute__((noreturn, used)) static void begin(long *stack) {
#ifdef __x86_64__
  // The launcher asks where its thread's own storage lies, which is told there.
  static struct {
    void *self;
    char storage[56];
  } thread = {.self = &thread};
  raw(SYS_arch_prctl, ARCH_SET_FS, &thread);
#endif
  int argc = (int)stack[0];
  char **argv = (char **)(stack + 1);
  environ = argv + argc + 1;
  _exit(main(argc, argv));
}

// The stack holds the number of arguments, them and the environment: see the processor's ABI, "Process Initialization".
#if defined(__x86_64__)
__asm__(".globl _start\n_start:\n  xor %ebp, %ebp\n  mov %rsp, %rdi\n  and $-16, %rsp\n  call begin\n");
#elif defined(__aarch64__)
__asm__(".globl _start\n_start:\n  mov x29, #0\n  mov x30, #0\n  mov x0, sp\n  bl begin\n");
#endif

void _exit(int status) {
  for (;;) raw(SYS_exit_group, status);
}

void abort(void) {
  raw(SYS_kill, raw(SYS_getpid), SIGABRT);
  _exit(127);
}

// MARK: Memory and text. The compiler may call the first three for any structure.

void *memset(void *target, int byte, size_t count) {
  unsigned char *bytes = target;
  for (size_t index = 0; index < count; index++) bytes[index] = (unsigned char)byte;
  return target;
}

void *memcpy(void *restrict target, const void *restrict source, size_t count) {
  unsigned char *to = target;
  const unsigned char *from = source;
  for (size_t index = 0; index < count; index++) to[index] = from[index];
  return target;
}

int memcmp(const void *left, const void *right, size_t count) {
  const unsigned char *one = left, *other = right;
  for (size_t index = 0; index < count; index++)
    if (one[index] != other[index]) return one[index] - other[index];
  return 0;
}

void *memchr(const void *bytes, int byte, size_t count) {
  const unsigned char *all = bytes;
  for (size_t index = 0; index < count; index++)
    if (all[index] == (unsigned char)byte) return (void *)(all + index);
  return NULL;
}

size_t strlen(const char *text) {
  size_t length = 0;
  while (text[length]) length++;
  return length;
}

int strncmp(const char *left, const char *right, size_t count) {
  for (size_t index = 0; index < count; index++) {
    int difference = (unsigned char)left[index] - (unsigned char)right[index];
    if (difference != 0 || left[index] == 0) return difference;
  }
  return 0;
}

int strcmp(const char *left, const char *right) { return strncmp(left, right, SIZE_MAX); }

char *strchr(const char *text, int character) {
  for (;; text++) {
    if (*text == (char)character) return (char *)text;
    if (*text == 0) return NULL;
  }
}

char *strrchr(const char *text, int character) {
  const char *found = NULL;
  for (;; text++) {
    if (*text == (char)character) found = text;
    if (*text == 0) return (char *)found;
  }
}

size_t strspn(const char *text, const char *accepted) {
  size_t length = 0;
  while (text[length] && strchr(accepted, text[length])) length++;
  return length;
}

size_t strcspn(const char *text, const char *rejected) {
  size_t length = 0;
  while (text[length] && !strchr(rejected, text[length])) length++;
  return length;
}

char *strcpy(char *restrict target, const char *restrict source) {
  return memcpy(target, source, strlen(source) + 1);
}

/// Digits of base 10 alone, up to the first other character.
unsigned long strtoul(const char *restrict text, char **restrict end, int base) {
  unsigned long value = 0;
  for (; base == 10 && *text >= '0' && *text <= '9'; text++) value = value * 10 + (unsigned long)(*text - '0');
  if (end) *end = (char *)text;
  return value;
}

struct text {
  char *bytes;
  size_t size, length;
};

static void append(struct text *text, const char *added) {
  for (; *added; added++, text->length++)
    if (text->length + 1 < text->size) text->bytes[text->length] = *added;
}

static void append_number(struct text *text, long number) {
  char digits[24];
  size_t index = sizeof digits;
  unsigned long rest = number < 0 ? -(unsigned long)number : (unsigned long)number;
  digits[--index] = 0;
  do digits[--index] = (char)('0' + rest % 10);
  while ((rest /= 10) != 0);
  if (number < 0) digits[--index] = '-';
  append(text, digits + index);
}

/// %s, %d and %u. Any other directive ends the program: a text that is not what it should be must name no file.
int snprintf(char *restrict bytes, size_t size, const char *restrict format, ...) {
  struct text text = {.bytes = bytes, .size = size};
  va_list arguments;
  va_start(arguments, format);
  for (; *format; format++) {
    char single[2] = {*format, 0};
    if (*format != '%') {
      append(&text, single);
      continue;
    }
    switch (*++format) {
    case 's': append(&text, va_arg(arguments, const char *)); break;
    case 'd': append_number(&text, va_arg(arguments, int)); break;
    case 'u': append_number(&text, va_arg(arguments, unsigned)); break;
    default: abort();
    }
  }
  va_end(arguments);
  if (size > 0) bytes[text.length < size ? text.length : size - 1] = 0;
  return (int)text.length;
}

char *getenv(const char *name) {
  size_t length = strlen(name);
  for (char **entry = environ; *entry; entry++)
    if (strncmp(*entry, name, length) == 0 && (*entry)[length] == '=') return *entry + length + 1;
  return NULL;
}

// MARK: System calls

long syscall(long number, ...) {
  long given[6];
  va_list arguments;
  va_start(arguments, number);
  for (int index = 0; index < 6; index++) given[index] = va_arg(arguments, long);
  va_end(arguments);
  return result(raw6(number, given[0], given[1], given[2], given[3], given[4], given[5]));
}

int openat(int directory, const char *path, int flags, ...) {
  // Nothing is created, so there is no mode.
  return (int)result(raw(SYS_openat, directory, path, flags, 0));
}

int open(const char *path, int flags, ...) { return openat(AT_FDCWD, path, flags); }

int fcntl(int descriptor, int command, ...) {
  va_list arguments;
  va_start(arguments, command);
  long value = va_arg(arguments, long);
  va_end(arguments);
  return (int)result(raw(SYS_fcntl, descriptor, command, value));
}

int close(int descriptor) { return (int)result(raw(SYS_close, descriptor)); }
ssize_t read(int descriptor, void *bytes, size_t count) { return result(raw(SYS_read, descriptor, bytes, count)); }
ssize_t write(int descriptor, const void *bytes, size_t count) {
  return result(raw(SYS_write, descriptor, bytes, count));
}
int pipe2(int ends[2], int flags) { return (int)result(raw(SYS_pipe2, ends, flags)); }
int memfd_create(const char *name, unsigned flags) { return (int)result(raw(SYS_memfd_create, name, flags)); }
ssize_t readlink(const char *restrict path, char *restrict target, size_t size) {
  return result(raw(SYS_readlinkat, AT_FDCWD, path, target, size));
}
int chdir(const char *path) { return (int)result(raw(SYS_chdir, path)); }
mode_t umask(mode_t mask) { return (mode_t)raw(SYS_umask, mask); }
int fstat(int descriptor, struct stat *status) { return (int)result(raw(SYS_fstat, descriptor, status)); }
int lstat(const char *restrict path, struct stat *restrict status) {
  return (int)result(raw(SYS_newfstatat, AT_FDCWD, path, status, AT_SYMLINK_NOFOLLOW));
}

int poll(struct pollfd *sources, nfds_t count, int milliseconds) {
  struct timespec wait = {.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000L};
  return (int)result(raw(SYS_ppoll, sources, count, milliseconds < 0 ? NULL : &wait, NULL, SIGNAL_BYTES));
}

pid_t getpid(void) { return (pid_t)raw(SYS_getpid); }
pid_t getppid(void) { return (pid_t)raw(SYS_getppid); }
uid_t geteuid(void) { return (uid_t)raw(SYS_geteuid); }
gid_t getegid(void) { return (gid_t)raw(SYS_getegid); }
pid_t setsid(void) { return (pid_t)result(raw(SYS_setsid)); }
int kill(pid_t process, int signal) { return (int)result(raw(SYS_kill, process, signal)); }
pid_t waitpid(pid_t process, int *status, int options) {
  return (pid_t)result(raw(SYS_wait4, process, status, options, NULL));
}
int execve(const char *path, char *const arguments[], char *const environment[]) {
  return (int)result(raw(SYS_execve, path, arguments, environment));
}

int prctl(int option, ...) {
  unsigned long given[4];
  va_list arguments;
  va_start(arguments, option);
  for (int index = 0; index < 4; index++) given[index] = va_arg(arguments, unsigned long);
  va_end(arguments);
  return (int)result(raw(SYS_prctl, option, given[0], given[1], given[2], given[3]));
}

int getrlimit(__rlimit_resource_t resource, struct rlimit *limit) {
  return (int)result(raw(SYS_prlimit64, 0, resource, NULL, limit));
}
int setrlimit(__rlimit_resource_t resource, const struct rlimit *limit) {
  return (int)result(raw(SYS_prlimit64, 0, resource, limit, NULL));
}

int sigemptyset(sigset_t *set) { return memset(set, 0, sizeof *set), 0; }
int sigfillset(sigset_t *set) { return memset(set, 0xFF, sizeof *set), 0; }
int sigprocmask(int how, const sigset_t *restrict set, sigset_t *restrict previous) {
  return (int)result(raw(SYS_rt_sigprocmask, how, set, previous, SIGNAL_BYTES));
}
int pthread_sigmask(int how, const sigset_t *restrict set, sigset_t *restrict previous) {
  return sigprocmask(how, set, previous) == 0 ? 0 : last_error;
}
/// SIG_DFL and SIG_IGN alone: a handler would need a way back out of it.
__sighandler_t signal(int number, __sighandler_t handler) {
  // struct sigaction of the kernel: the handler comes first.
  unsigned long action[8] = {(unsigned long)handler};
  if (handler != SIG_DFL && handler != SIG_IGN) abort();
  return result(raw(SYS_rt_sigaction, number, action, NULL, SIGNAL_BYTES)) == 0 ? handler : SIG_ERR;
}
