// The private root: a read-only view that shows the interpreter, and one scratch directory in memory.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "internal.h"

// <sys/mount.h> of older C libraries clashes with <linux/mount.h>: these are its constants (mount(2), umount(2)).
#define AIRLOCK_MS_NOSUID 2
#define AIRLOCK_MS_NODEV 4
#define AIRLOCK_MS_NOEXEC 8
#define AIRLOCK_MS_REC 16384
#define AIRLOCK_MS_PRIVATE (1 << 18)
#define AIRLOCK_MNT_DETACH 2
#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif

static int clone_tree(const char *source) {
  return (int)syscall(SYS_open_tree, AT_FDCWD, source, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
}

/// Clones each source's mount while the process still has the caller's own identity, which may be the only one that can
/// reach it; as the identity of the sandbox it could not. The view's comes last. See open_tree(2).
struct failure open_sources(const struct airlock_plan *plan, int *trees) {
  if (plan->bind_count >= MAX_BINDS) return (struct failure){AIRLOCK_STEP_OPEN_SOURCE, E2BIG};
  for (size_t index = 0; index <= plan->bind_count; index++) {
    trees[index] = clone_tree(index < plan->bind_count ? plan->binds[index].source : plan->view);
    if (injected(plan, AIRLOCK_STEP_OPEN_SOURCE, (uint32_t)index) || trees[index] < 0)
      return fail(AIRLOCK_STEP_OPEN_SOURCE);
  }
  return OK;
}

/// Targets are absolute in the sandbox; the new root is the working directory until it is pivoted into.
static const char *relative(const char *path) { return path[0] == '/' ? path + 1 : path; }

static bool attach(int tree, const char *target, uint64_t attributes) {
  struct mount_attr wanted = {.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | attributes};
  if (syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &wanted, sizeof wanted) != 0) return false;
  if (syscall(SYS_move_mount, tree, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH) != 0) return false;
  close(tree);
  return true;
}

static struct failure keep_mounts_private(const struct airlock_plan *plan) {
  if (injected(plan, AIRLOCK_STEP_PRIVATE_MOUNTS, 0) ||
      syscall(SYS_mount, "none", "/", NULL, AIRLOCK_MS_REC | AIRLOCK_MS_PRIVATE, NULL) != 0)
    return fail(AIRLOCK_STEP_PRIVATE_MOUNTS);
  return OK;
}

static struct failure mount_scratch(const struct airlock_plan *plan, const char *target) {
  if (injected(plan, AIRLOCK_STEP_SCRATCH, 0) ||
      syscall(SYS_mount, "tmpfs", target, "tmpfs", AIRLOCK_MS_NOSUID | AIRLOCK_MS_NODEV | AIRLOCK_MS_NOEXEC,
              plan->scratch_options) != 0)
    return fail(AIRLOCK_STEP_SCRATCH);
  return OK;
}

struct failure build_root(const struct airlock_plan *plan, const int *trees) {
  struct failure failure = keep_mounts_private(plan);
  if (failure.step) return failure;
  if (injected(plan, AIRLOCK_STEP_ROOT, 0) || !attach(trees[plan->bind_count], plan->mount_point, MOUNT_ATTR_NODEV) ||
      chdir(plan->mount_point) != 0)
    return fail(AIRLOCK_STEP_ROOT);
  for (size_t index = 0; index < plan->bind_count; index++) {
    const struct airlock_bind *bind = &plan->binds[index];
    if (injected(plan, AIRLOCK_STEP_BIND, (uint32_t)index) ||
        !attach(trees[index], relative(bind->target), bind->is_device ? MOUNT_ATTR_NOEXEC : MOUNT_ATTR_NODEV))
      return fail(AIRLOCK_STEP_BIND);
  }
  failure = mount_scratch(plan, relative(plan->scratch));
  if (failure.step) return failure;
  // The old root comes to lie on the new one at "."; see pivot_root(2), NOTES.
  if (injected(plan, AIRLOCK_STEP_PIVOT, 0) || syscall(SYS_pivot_root, ".", ".") != 0) return fail(AIRLOCK_STEP_PIVOT);
  return OK;
}

/// All else of the view is the zygote's, which is as read-only and cannot be taken apart from here: the mounts of a more
/// privileged namespace are locked to each other (mount_namespaces(7)).
struct failure build_slot_root(const struct airlock_plan *plan) {
  struct failure failure = keep_mounts_private(plan);
  return failure.step ? failure : mount_scratch(plan, plan->scratch);
}

struct failure leave_old_root(const struct airlock_plan *plan) {
  if (injected(plan, AIRLOCK_STEP_OLD_ROOT, 0) || syscall(SYS_umount2, ".", AIRLOCK_MNT_DETACH) != 0 || chdir("/") != 0)
    return fail(AIRLOCK_STEP_OLD_ROOT);
  return OK;
}
