# Sourced by the shell tools: what they share.

# The oldest GCC the sources are kept clean with.
oldest_gcc=12

# say <text>: a line of progress.
say() { printf '%s: %s\n' "${0##*/}" "$*"; }

# bad_usage <text>: complains on standard error and ends with 2.
bad_usage() {
  printf '%s: %s (see --help)\n' "${0##*/}" "$*" >&2
  exit 2
}

# default_compiler: $CXX if set, else g++ where it is new enough, else g++-12.
default_compiler() {
  if [ -n "${CXX:-}" ]; then
    printf '%s\n' "$CXX"
  elif [ "$(g++ -dumpversion 2>/dev/null | cut -d. -f1)" -ge "$oldest_gcc" ] 2>/dev/null; then
    printf 'g++\n'
  else
    printf 'g++-%s\n' "$oldest_gcc"
  fi
}
