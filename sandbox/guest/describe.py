"""Run on the host, unsandboxed, once per interpreter: says what a sandbox has to show for it to run.

Prints one JSON object: the real executable, its version, the files, directories and links of the host it needs, and
compiles the guest in the directory given as the first argument. The second is the profile: `strict` shows the standard
library, `data` the packages that are installed for the interpreter too, and `box` also the host's programs.
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


# What `box` shows of the host beside the interpreter: programs, their libraries and their data, as hier(7) has them.
PROGRAMS = ("/usr/bin", "/usr/lib", "/usr/lib64", "/usr/libexec", "/usr/share", "/etc/alternatives")
# Links into /usr on most systems, directories of their own on others.
OLD_PLACES = ("/bin", "/lib", "/lib64")


def package_directories():
    """Where the interpreter finds installed packages: its site directories and what their .pth files add."""
    import site

    standard, output = list(sys.path), sys.stdout
    sys.stdout = sys.stderr  # .pth files may run code that prints
    try:
        site.main()
    finally:
        sys.stdout = output
    found = [os.path.realpath(path) for path in sys.path if path not in standard]
    return [path for index, path in enumerate(found) if os.path.isdir(path) and path not in found[:index]]


def installed_packages(directories):
    """The versions of the installed distributions, by normalised name (PEP 503)."""
    from importlib.metadata import distributions
    from re import sub

    packages = {}
    for distribution in distributions(path=directories):
        name, version = distribution.metadata["Name"], distribution.version
        if name and version:
            packages.setdefault(sub("[-_.]+", "-", name).lower(), version)
    return packages


def needed_by(path):
    """The names of the libraries that an ELF file asks for (elf(5), DT_NEEDED)."""
    with open(path, "rb") as file:
        header = file.read(64)
        if len(header) < 64 or header[:4] != b"\x7fELF" or header[4] != 2:
            return []
        offset, size, count = (
            struct.unpack_from("<Q", header, 32)[0],
            struct.unpack_from("<H", header, 54)[0],
            struct.unpack_from("<H", header, 56)[0],
        )
        file.seek(offset)
        table = file.read(size * count)
        segments = [struct.unpack_from("<IIQQQQ", table, index * size) for index in range(count)]
        names, strings = [], None
        for kind, _, at, _, _, length in segments:
            if kind == 2:  # PT_DYNAMIC
                file.seek(at)
                data = file.read(length)
                for tag, value in struct.iter_unpack("<qQ", data[: len(data) // 16 * 16]):
                    if tag == 0:
                        break
                    names += [value] if tag == 1 else []
                    strings = value if tag == 5 else strings  # DT_STRTAB
        for kind, _, at, address, _, length in segments:
            if kind == 1 and strings is not None and address <= strings < address + length:  # PT_LOAD
                found = []
                for name in names:
                    file.seek(at + strings - address + name)
                    found.append(file.read(256).split(b"\0")[0].decode())
                return found
    return []


def libraries_of(directories, known, folder):
    """What the packages' extension modules need of the host beyond the known files: files, and links in the loader's folder.

    Libraries that the packages bring along are found by the paths in their modules (DT_RUNPATH).
    """
    modules, own = [], set()
    for base in directories:
        for parent, _, names in os.walk(base):
            for name in names:
                if ".so" in name:
                    own.add(name)
                    modules.append(os.path.join(parent, name))
    files, links, present = set(), {}, {os.path.basename(path) for path in known}
    while modules:
        try:
            needed = needed_by(modules.pop())
        except (OSError, ValueError, struct.error):  # not one that could be loaded, then
            continue
        for name in needed:
            if name in own or name in present or "/" in name:
                continue
            present.add(name)
            for place in (folder, "/usr/lib", "/lib", "/usr/lib64", "/lib64", "/usr/local/lib"):
                real = os.path.realpath(os.path.join(place, name))
                if os.path.isfile(real):
                    files.add(real)
                    modules.append(real)
                    if real != os.path.join(folder, name):
                        links[os.path.join(folder, name)] = real
                    break
    return files, links


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
    wanted = {os.path.realpath(path) for path in standard} | {"/usr/share/zoneinfo"}
    profile = sys.argv[2]
    mapped = mapped_files()
    packages = package_directories() if profile != "strict" else []
    wanted.update(packages)
    if profile == "box":
        wanted.update(PROGRAMS)
        wanted.update(path for path in OLD_PLACES if not os.path.islink(path))
    directories = []
    for path in sorted(wanted):
        covered = any(path.startswith(other + "/") for other in directories)
        if os.path.isdir(path) and not covered:
            directories.append(path)
    files = {
        path
        for path in mapped | {executable}
        if ".so" in os.path.basename(path) or path == executable
    }
    links = links_to(files)
    if packages:
        answer["package_directories"] = packages
        answer["packages"] = installed_packages(packages)
        folder = os.path.dirname(next((path for path in files if "libc.so" in path), "/usr/lib/libc.so.6"))
        more_files, more_links = libraries_of(packages, files | set(links), folder)
        files.update(more_files)
        links.update(more_links)
    loader = loader_of(executable)
    if loader:
        real = os.path.realpath(loader)
        files.add(real)
        spelled = os.path.join(os.path.realpath(os.path.dirname(loader)), os.path.basename(loader))
        if spelled != real:
            links[spelled] = real
        links.update(top_links([loader]))
    # The loader looks into /lib first: where that is, it finds all in its first directory.
    links.update(top_links(files | set(OLD_PLACES if profile == "box" else ("/lib",))))
    shown = lambda path: any(path.startswith(base + "/") for base in directories)  # noqa: E731
    files = {path for path in files if not shown(path)}
    links = {path: target for path, target in links.items() if not shown(path)}
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
                target = path + "c" if name in ("bootstrap.py", "zygote.py") else None
                written = py_compile.compile(path, cfile=target, dfile=shown, doraise=True, invalidation_mode=mode)
                os.chmod(written, 0o644)
                os.chmod(os.path.dirname(written), 0o755)


main()
