// Landlock: a second opinion on paths, TCP and signals that does not depend on namespaces. See landlock(7).
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "internal.h"

// Rights and scopes by ABI version; the system's header may be older than its kernel.
#define FS_ABI1 0x1FFFULL
#define FS_REFER (1ULL << 13)
#define FS_TRUNCATE (1ULL << 14)
#define FS_IOCTL_DEV (1ULL << 15)
#define FS_READ_FILE (1ULL << 2)
#define FS_READ_DIR (1ULL << 3)
#define FS_EXECUTE (1ULL << 0)
#define FS_WRITE_FILE (1ULL << 1)
#define FS_MAKE_CHAR (1ULL << 6)
#define FS_MAKE_SOCK (1ULL << 9)
#define FS_MAKE_FIFO (1ULL << 10)
#define FS_MAKE_BLOCK (1ULL << 11)
#define NET_TCP 0x3ULL
#define SCOPE_ABSTRACT_UNIX_AND_SIGNAL 0x3ULL

struct ruleset_attributes {
  uint64_t fs, net, scoped;
};

int airlock_landlock_error(void) {
  long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
  return version < 0 ? errno : 0;
}

int airlock_landlock_abi(void) {
  long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
  return version < 0 ? 0 : (int)version;
}

static uint64_t handled_fs(int abi) {
  return FS_ABI1 | (abi >= 2 ? FS_REFER : 0) | (abi >= 3 ? FS_TRUNCATE : 0) | (abi >= 5 ? FS_IOCTL_DEV : 0);
}

struct failure restrict_paths(const struct airlock_plan *plan) {
  int abi = plan->landlock_abi;
  // A domain that handles paths cannot mount, and a zygote's slots do. One that does not still denied reparenting before
  // the scopes came (ABI 6), in all domains below it.
  bool is_zygote = plan->role == AIRLOCK_ROLE_ZYGOTE;
  if (is_zygote && abi < 6) return OK;
  uint64_t all = is_zygote ? 0 : handled_fs(abi);
  struct ruleset_attributes attributes = {
      .fs = all, .net = abi >= 4 ? NET_TCP : 0, .scoped = abi >= 6 ? SCOPE_ABSTRACT_UNIX_AND_SIGNAL : 0};
  size_t size = abi >= 6 ? sizeof attributes : abi >= 4 ? 2 * sizeof(uint64_t) : sizeof(uint64_t);
  int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attributes, size, 0);
  if (injected(plan, AIRLOCK_STEP_LANDLOCK, 0) || ruleset < 0) return fail(AIRLOCK_STEP_LANDLOCK);
  for (size_t index = 0; index < plan->path_rule_count; index++) {
    const struct airlock_path_rule *rule = &plan->path_rules[index];
    struct landlock_path_beneath_attr beneath = {.parent_fd = open(rule->path, O_PATH | O_CLOEXEC)};
    if (beneath.parent_fd < 0) return fail(AIRLOCK_STEP_LANDLOCK);
    // In the scratch directory everything but executing, and no device, socket or FIFO.
    beneath.allowed_access =
        rule->writable
            ? all & ~(FS_EXECUTE | FS_MAKE_CHAR | FS_MAKE_BLOCK | FS_MAKE_SOCK | FS_MAKE_FIFO | FS_IOCTL_DEV)
            : FS_READ_FILE | FS_READ_DIR | FS_EXECUTE;
    struct stat status;
    if (fstat(beneath.parent_fd, &status) != 0) return fail(AIRLOCK_STEP_LANDLOCK);
    // A rule for a file may only name rights that files have.
    if (!S_ISDIR(status.st_mode)) beneath.allowed_access &= FS_READ_FILE | FS_EXECUTE;
    if (S_ISCHR(status.st_mode)) beneath.allowed_access = FS_READ_FILE | FS_WRITE_FILE;
    long result = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0);
    if (injected(plan, AIRLOCK_STEP_LANDLOCK, 1 + (uint32_t)index) || result != 0) return fail(AIRLOCK_STEP_LANDLOCK);
    close(beneath.parent_fd);
  }
  if (injected(plan, AIRLOCK_STEP_LANDLOCK, 1 + (uint32_t)plan->path_rule_count) ||
      syscall(SYS_landlock_restrict_self, ruleset, 0) != 0)
    return fail(AIRLOCK_STEP_LANDLOCK);
  close(ruleset);
  return OK;
}
