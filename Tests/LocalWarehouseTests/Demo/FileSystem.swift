import Glibc

func unlinkFile(_ path: String) { unlink(path) }
func removeFolder(_ path: String) { rmdir(path) }
