// Init is a fork of the host: this empties what it inherited, so that the sandbox holds none of the host's secrets.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "internal.h"
#include "raw.h"

static int memory_map = -1;

/// Opened early: the sandbox's own view has no /proc.
struct failure open_memory_map(const struct airlock_plan *plan) {
  // Above the descriptors that the payload's land on. A zygote's view has no /proc, but it has a process table.
  int low = plan->role == AIRLOCK_ROLE_SLOT ? openat(process_table_descriptor(), "self/maps", O_RDONLY | O_CLOEXEC)
                                            : open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
  memory_map = low < 0 ? -1 : fcntl(low, F_DUPFD_CLOEXEC, 16);
  if (low >= 0) close(low);
  if (injected(plan, AIRLOCK_STEP_FORGET_HOST, 0) || memory_map < 0) return fail(AIRLOCK_STEP_FORGET_HOST);
  return OK;
}

int memory_map_descriptor(void) { return memory_map; }

/// One line of /proc/self/maps (proc_pid_maps(5)), as far as it matters.
struct region {
  uintptr_t start, end;
  bool writable_private;
  bool anonymous;
};

/// A reader that needs no allocation and no libc state.
struct lines {
  char buffer[4096];
  size_t length, index;
};

static int next_character(struct lines *lines) {
  if (lines->index == lines->length) {
    long count;
    while ((count = raw(SYS_read, memory_map, lines->buffer, sizeof lines->buffer)) == -EINTR) continue;
    if (count <= 0) return -1;
    lines->length = (size_t)count;
    lines->index = 0;
  }
  return lines->buffer[lines->index++];
}

/// Reads digits of `base` up to the first other character, which is consumed and returned.
static int read_number(struct lines *lines, unsigned base, uintptr_t *value) {
  *value = 0;
  for (;;) {
    int character = next_character(lines);
    unsigned digit = character >= '0' && character <= '9'   ? (unsigned)(character - '0')
                     : character >= 'a' && character <= 'f' ? (unsigned)(character - 'a' + 10)
                                                            : 99;
    if (digit >= base) return character;
    *value = *value * base + digit;
  }
}

/// `start-end perms offset dev inode path`
static bool read_region(struct lines *lines, struct region *region) {
  uintptr_t skipped, inode;
  if (read_number(lines, 16, &region->start) != '-') return false;
  read_number(lines, 16, &region->end);
  char permissions[5];
  for (int index = 0; index < 5; index++) permissions[index] = (char)next_character(lines);
  region->writable_private = permissions[1] == 'w' && permissions[3] == 'p';
  read_number(lines, 16, &skipped);
  if (read_number(lines, 16, &skipped) == ':') read_number(lines, 16, &skipped);
  int character = read_number(lines, 10, &inode);
  region->anonymous = inode == 0;
  while (character != '\n' && character != -1) character = next_character(lines);
  return true;
}

/// The host's environment lies on its first stack, which may be init's own, and so is not among what is emptied.
static void forget_environment(void) {
  for (char **entry = environ; entry && *entry; entry++)
    for (volatile char *character = *entry; *character; character++) *character = 0;
}

struct failure forget_host_memory(const struct airlock_plan *plan) {
  if (injected(plan, AIRLOCK_STEP_FORGET_HOST, 1)) return fail(AIRLOCK_STEP_FORGET_HOST);
  forget_environment();
#ifdef __SANITIZE_ADDRESS__
  // The sanitizer's own state lies there, and its hooks run until the end.
  return OK;
#endif
  struct lines lines = {.length = 0};
  struct region region;
  uintptr_t stack = (uintptr_t)&lines, thread = (uintptr_t)__builtin_thread_pointer(), file_end = 0;
  while (read_region(&lines, &region)) {
    bool own = (stack >= region.start && stack < region.end) || (thread >= region.start && thread < region.end);
    // The pages right behind a file's are its .bss, which libc's own state lives in.
    bool bss = region.start == file_end;
    if (!region.anonymous) file_end = region.writable_private ? region.end : 0;
    if (own || bss || !region.anonymous || !region.writable_private) continue;
    // Emptied, not unmapped: a stray access reads zero instead of faulting.
    long result = raw(SYS_madvise, region.start, region.end - region.start, MADV_DONTNEED);
    if (result != 0) return (struct failure){AIRLOCK_STEP_FORGET_HOST, (int)-result};
  }
  raw(SYS_close, memory_map);
  return OK;
}
