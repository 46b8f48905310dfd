// The private root: a small tmpfs that shows the interpreter, read-only, and one scratch directory.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "internal.h"

// <sys/mount.h> of older C libraries clashes with <linux/mount.h>: these are its constants (mount(2), umount(2)).
#ifndef MS_RDONLY
#define MS_RDONLY 1
#endif
#define AIRLOCK_MS_NOSUID 2
#define AIRLOCK_MS_NODEV 4
#define AIRLOCK_MS_NOEXEC 8
#define AIRLOCK_MS_REC 16384
#define AIRLOCK_MS_PRIVATE (1 << 18)
#define AIRLOCK_MNT_DETACH 2
#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif

/// Clones each source's mount while the process still has the caller's own identity, which may be the only one that can
/// reach it; as the identity of the sandbox it could not. See open_tree(2).
struct failure open_sources(const struct airlock_plan *plan, int *trees) {
  if (injected(plan, AIRLOCK_STEP_OPEN_SOURCE)) return fail(AIRLOCK_STEP_OPEN_SOURCE);
  if (plan->bind_count > MAX_BINDS) return (struct failure){AIRLOCK_STEP_OPEN_SOURCE, E2BIG};
  for (size_t index = 0; index < plan->bind_count; index++) {
    trees[index] = (int)syscall(SYS_open_tree, AT_FDCWD, plan->binds[index].source,
                                OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
    if (trees[index] < 0) return fail(AIRLOCK_STEP_OPEN_SOURCE);
  }
  return OK;
}

/// Makes the directories above `path`, relative to the working directory.
static bool make_parents(const char *path) {
  char partial[4096];
  size_t length = strlen(path);
  if (length >= sizeof partial) {
    errno = ENAMETOOLONG;
    return false;
  }
  for (size_t index = 0; index < length; index++) {
    partial[index] = path[index];
    partial[index + 1] = 0;
    if (index > 0 && path[index + 1] == '/' && mkdir(partial, 0755) != 0 && errno != EEXIST) return false;
  }
  return true;
}

/// Targets are absolute in the sandbox; the new root is the working directory until it is pivoted into.
static const char *relative(const char *path) { return path[0] == '/' ? path + 1 : path; }

static bool attach(const struct airlock_bind *bind, int tree) {
  const char *target = relative(bind->target);
  if (!make_parents(target)) return false;
  if (bind->is_directory) {
    if (mkdir(target, 0755) != 0 && errno != EEXIST) return false;
  } else {
    int file = open(target, O_CREAT | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0444);
    if (file < 0) return false;
    close(file);
  }
  struct mount_attr attributes = {
      .attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | (bind->is_device ? MOUNT_ATTR_NOEXEC : MOUNT_ATTR_NODEV),
  };
  if (syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attributes, sizeof attributes) != 0)
    return false;
  if (syscall(SYS_move_mount, tree, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH) != 0) return false;
  close(tree);
  return true;
}

static bool mount_tmpfs(const char *target, unsigned long flags, const char *options) {
  return syscall(SYS_mount, "tmpfs", target, "tmpfs", AIRLOCK_MS_NOSUID | AIRLOCK_MS_NODEV | flags, options) == 0;
}

struct failure build_root(const struct airlock_plan *plan, const int *trees) {
  if (injected(plan, AIRLOCK_STEP_PRIVATE_MOUNTS) ||
      syscall(SYS_mount, "none", "/", NULL, AIRLOCK_MS_REC | AIRLOCK_MS_PRIVATE, NULL) != 0)
    return fail(AIRLOCK_STEP_PRIVATE_MOUNTS);
  if (injected(plan, AIRLOCK_STEP_ROOT) || !mount_tmpfs(plan->mount_point, 0, plan->root_options) ||
      chdir(plan->mount_point) != 0)
    return fail(AIRLOCK_STEP_ROOT);
  umask(022);
  for (size_t index = 0; index < plan->bind_count; index++)
    if (injected(plan, AIRLOCK_STEP_BIND) || !attach(&plan->binds[index], trees[index]))
      return fail(AIRLOCK_STEP_BIND);
  for (size_t index = 0; index < plan->link_count; index++) {
    const char *path = relative(plan->links[index].path);
    if (injected(plan, AIRLOCK_STEP_LINK) || !make_parents(path) || symlink(plan->links[index].target, path) != 0)
      return fail(AIRLOCK_STEP_LINK);
  }
  const char *scratch = relative(plan->scratch);
  if (injected(plan, AIRLOCK_STEP_SCRATCH) || !make_parents(scratch) ||
      (mkdir(scratch, 0700) != 0 && errno != EEXIST) ||
      !mount_tmpfs(scratch, AIRLOCK_MS_NOEXEC, plan->scratch_options))
    return fail(AIRLOCK_STEP_SCRATCH);
  // The old root comes to lie beneath the new one at "." and is then taken away; see pivot_root(2), NOTES.
  if (injected(plan, AIRLOCK_STEP_PIVOT) || syscall(SYS_pivot_root, ".", ".") != 0 ||
      syscall(SYS_umount2, ".", AIRLOCK_MNT_DETACH) != 0 || chdir("/") != 0)
    return fail(AIRLOCK_STEP_PIVOT);
  struct mount_attr read_only = {.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV};
  if (injected(plan, AIRLOCK_STEP_READ_ONLY) ||
      syscall(SYS_mount_setattr, AT_FDCWD, "/", 0, &read_only, sizeof read_only) != 0)
    return fail(AIRLOCK_STEP_READ_ONLY);
  return OK;
}
