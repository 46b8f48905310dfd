// As much of CPython's stable ABI (PEP 384) as the module needs, written out: building must not need an interpreter's
// headers, and one build serves every version. Interpreters without a global lock have another ABI; `zygote.py` turns
// them away.
#ifndef AIRLOCK_PYTHON_H
#define AIRLOCK_PYTHON_H

#include <stdint.h>

typedef struct _object PyObject;

struct method {
  const char *name;
  PyObject *(*call)(PyObject *module, PyObject *none);
  int flags;
  const char *text;
};

struct module_definition {
  struct {
    intptr_t count;
    void *type;
    void *init;
    intptr_t index;
    void *copy;
  } base;
  const char *name, *text;
  intptr_t size;
  struct method *methods;
  void *slots, *traverse, *clear, *free;
};

#define METH_NOARGS 0x0004
/// PYTHON_ABI_VERSION, which every interpreter of the stable ABI takes.
#define STABLE_ABI 3

PyObject *PyModule_Create2(struct module_definition *definition, int version);
PyObject *PyLong_FromLong(long value);
void PyOS_BeforeFork(void);
void PyOS_AfterFork_Parent(void);
void PyOS_AfterFork_Child(void);

#endif
