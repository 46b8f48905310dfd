"""Run on the host, unsandboxed, once per interpreter: says what a sandbox has to show for it to run.

Prints one JSON object: the real executable, its version, the files, directories and links of the host it needs, and
compiles the guest in the directory given as the first argument.
"""
import json
import os
import struct
import sys


def loader_of(executable):
    """The dynamic loader that the ELF header of the executable names (elf(5), PT_INTERP)."""
    with open(executable, "rb") as file:
        header = file.read(64)
        if header[:4] != b"\x7fELF" or header[4] != 2:
            return None
        offset, size, count = (
            struct.unpack_from("<Q", header, 32)[0],
            struct.unpack_from("<H", header, 54)[0],
            struct.unpack_from("<H", header, 56)[0],
        )
        for index in range(count):
            file.seek(offset + index * size)
            kind, _, at, _, _, length = struct.unpack("<IIQQQQ", file.read(40))
            if kind == 3:
                file.seek(at)
                return file.read(length).rstrip(b"\0").decode()
    return None


# Of no use without a terminal, a network or a sound card; their libraries stay out of the view.
UNWANTED = ("nis", "ossaudiodev", "spwd", "readline", "_curses", "_curses_panel", "_dbm", "_gdbm", "_tkinter")


def import_extensions(directory):
    """Maps every extension module of the standard library, and so the libraries they need."""
    for name in sorted(os.listdir(directory)):
        module = name.split(".")[0]
        if not name.endswith(".so") or "test" in module or module.startswith(("xx", "_xx")) or module in UNWANTED:
            continue
        try:
            __import__(module)
        except Exception:  # an optional library is missing: then scripts cannot import it either
            pass


def mapped_files():
    found = set()
    with open("/proc/self/maps") as lines:
        for line in lines:
            parts = line.split(None, 5)
            if len(parts) == 6 and parts[5].startswith("/"):
                found.add(parts[5].rstrip("\n"))
    return {path for path in found if os.path.isfile(path)}


def links_to(files):
    """The names in each file's own directory that lead to it, as the loader asks for them (libz.so.1)."""
    links = {}
    for directory in {os.path.dirname(path) for path in files}:
        for name in os.listdir(directory):
            path = os.path.join(directory, name)
            if os.path.islink(path) and ".so." in name:
                target = os.path.realpath(path)
                if target in files:
                    links[path] = target
    return links


def top_links(paths):
    """The links among the first path components: /lib and /lib64 where /usr is merged."""
    links = {}
    for path in paths:
        first = "/" + path.split("/")[1]
        if os.path.islink(first):
            links[first] = os.readlink(first)
    return links


def end_with_host():
    """Dies when the host does, which holds the other end of standard output: poll(2), POLLERR."""
    import _thread
    import select

    def watch():
        output = select.poll()
        output.register(1, 0)
        output.poll()
        os._exit(1)

    _thread.start_new_thread(watch, ())


def main():
    end_with_host()
    executable = os.path.realpath(sys.executable)
    version = "%d.%d.%d" % sys.version_info[:3]
    answer = {"executable": executable, "version": version, "tag": sys.implementation.cache_tag or "python"}
    if sys.version_info < (3, 9):
        answer["unsuitable"] = "it is Python %s, and 3.9 is the oldest that works" % version
        print(json.dumps(answer))
        return
    standard = [path for path in sys.path if os.path.isdir(path)]
    for path in standard:
        if path.endswith("lib-dynload"):
            import_extensions(path)
    directories = []
    for path in sorted({os.path.realpath(path) for path in standard} | {"/usr/share/zoneinfo"}):
        covered = any(path.startswith(other + "/") for other in directories)
        if os.path.isdir(path) and not covered:
            directories.append(path)
    files = {
        path
        for path in mapped_files() | {executable}
        if ".so" in os.path.basename(path) or path == executable
    }
    files = {path for path in files if not any(path.startswith(base + "/") for base in directories)}
    links = links_to(files)
    loader = loader_of(executable)
    if loader:
        real = os.path.realpath(loader)
        files.add(real)
        spelled = os.path.join(os.path.realpath(os.path.dirname(loader)), os.path.basename(loader))
        if spelled != real:
            links[spelled] = real
        links.update(top_links([loader]))
    links.update(top_links(files))
    compile_guest(sys.argv[1])
    answer["files"] = sorted(files)
    answer["directories"] = directories
    answer["links"] = [{"path": path, "target": links[path]} for path in sorted(links)]
    print(json.dumps(answer))


def compile_guest(directory):
    import py_compile

    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    for folder, _, names in os.walk(directory):
        for name in names:
            if name.endswith(".py"):
                path = os.path.join(folder, name)
                shown = "/airlock" + path[len(directory):]
                target = path + "c" if name == "bootstrap.py" else None
                written = py_compile.compile(path, cfile=target, dfile=shown, doraise=True, invalidation_mode=mode)
                os.chmod(written, 0o644)
                os.chmod(os.path.dirname(written), 0o755)


main()
