// What the tests let a sandbox do, in place of a script: the same in a program of its own and in a zygote's slot.
#ifndef AIRLOCK_MODES_H
#define AIRLOCK_MODES_H

/// Before the lock-down: each action of a verdict that lets the script live; locks down.
///
/// @return 0, or the number of the first expectation that was not met.
int start_up(void);

/// @param mode `hello`, `refusals`, `surroundings`, `denied`, `crash`, `processes`, `threads` or `spin`.
/// @return the exit code.
int perform(const char *mode);

/// What the stub interpreter keeps in its memory: made at run time, so that the constant is in no program.
enum { SECRET_BYTES = 64 };
static inline void make_secret(char *secret) {
  for (int index = 0; index < SECRET_BYTES; index++) secret[index] = (char)('A' + (index * 7 + index * index) % 26);
}

#endif
