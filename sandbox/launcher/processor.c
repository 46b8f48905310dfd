// The processor that a slot is made on and waits on.
#include "internal.h"
#include "raw.h"

/// Where the zygote may run.
static struct airlock_processors everywhere;
static bool is_confined;

void stay_on_processor(int number) {
  const unsigned bits = 8 * sizeof(unsigned long);
  if (number < 0 || (unsigned)number >= bits * (sizeof everywhere.mask / sizeof *everywhere.mask)) return;
  if (raw(SYS_sched_getaffinity, 0, sizeof everywhere.mask, everywhere.mask) < 0) return;
  struct airlock_processors one = {{0}};
  one.mask[(unsigned)number / bits] = 1UL << ((unsigned)number % bits);
  is_confined = raw(SYS_sched_setaffinity, 0, sizeof one.mask, one.mask) == 0;
}

void leave_processor(void) {
  if (is_confined) raw(SYS_sched_setaffinity, 0, sizeof everywhere.mask, everywhere.mask);
}
