// What the launcher's test launches: linked statically, so that a view of one file is enough for it.
#include <string.h>

#include "modes.h"

int main(int count, char **arguments) {
  const char *mode = count > 1 ? arguments[1] : "";
  int unmet = strcmp(mode, "refusals") == 0 ? start_up() : 0;
  return unmet ? unmet : perform(mode);
}
