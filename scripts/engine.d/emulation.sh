# shellcheck shell=bash
# Emulation of the other architecture, so that one engine builds and runs images for both: linux/amd64 and linux/arm64.
#
# In:  the kernel's binfmt_misc, the distribution's qemu. Out: ensure_emulation; nothing where it is there already.

binfmt=/proc/sys/fs/binfmt_misc

# Prints qemu's name for the architecture this machine does not have.
foreign_architecture() {
  case $(uname -m) in
    x86_64) echo aarch64 ;;
    aarch64 | arm64) echo x86_64 ;;
    *) die 2 "emulation is set up for x86_64 and aarch64 machines only, not for $(uname -m)." ;;
  esac
}

# Flag F: the kernel holds the interpreter open, so that it works inside containers, where its file is not.
emulates() {
  grep -qs '^enabled' "$binfmt/qemu-$1" && grep -qs '^flags: .*F' "$binfmt/qemu-$1"
}

ensure_emulation() {
  local foreign
  foreign=$(foreign_architecture)
  if emulates "$foreign"; then
    say "emulation: $foreign is there"
    return 0
  fi
  case $(platform) in
    debian12 | debian | ubuntu) ;;
    *) die 2 "emulation of $foreign is not registered, and this system is none we can set up. Docker Desktop brings it;" \
      "elsewhere register qemu-user-static with flag F." ;;
  esac
  if ! have "qemu-$foreign-static" || ! have update-binfmts; then
    install_packages "$(printf '%s\n' qemu-user-static binfmt-support)"
  fi
  if [ ! -e "$binfmt/register" ]; then
    as_root modprobe -q binfmt_misc 2>/dev/null || true # built in, or not to be had: the mount decides
    as_root mount -t binfmt_misc binfmt_misc "$binfmt" ||
      die 1 "binfmt_misc cannot be mounted at $binfmt: this kernel, or a container without privileges, has none."
  fi
  as_root update-binfmts --enable "qemu-$foreign" >/dev/null 2>&1 || true
  emulates "$foreign" || die 1 "qemu-$foreign could not be registered with flag F; see: update-binfmts --display qemu-$foreign"
  say "emulation: $foreign by qemu, also inside containers"
}
