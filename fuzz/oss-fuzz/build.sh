#!/bin/bash -eu
# Builds the fuzz targets the way OSS-Fuzz and ClusterFuzzLite ask: with $CXX, $CXXFLAGS and $LIB_FUZZING_ENGINE, into $OUT.
# $SRC/sequent is the checkout; SEQUENT_SOURCE overrides it.
source=${SEQUENT_SOURCE:-$SRC/sequent}
build=${WORK:-$source/build}/oss-fuzz

cmake -S "$source" -B "$build" -G Ninja -DCMAKE_CXX_COMPILER="$CXX" -DCMAKE_CXX_FLAGS="$CXXFLAGS" -DCMAKE_BUILD_TYPE=None \
  -DSEQUENT_FUZZING=ON -DSEQUENT_WERROR=OFF -DSEQUENT_BUILD_TESTS=OFF -DSEQUENT_BUILD_PROOFS=OFF \
  -DSEQUENT_BUILD_TOOLS=OFF -DSEQUENT_BUILD_EXAMPLES=OFF -DSEQUENT_INSTALL=OFF
cmake --build "$build"

for target in "$source"/fuzz/*_target.cpp; do
  name=$(basename "$target" _target.cpp)
  cp "$build/bin/fuzz_$name" "$OUT/fuzz_$name"
  inputs=()
  for folder in "$source/corpus/$name" "$source/corpus/regressions/$name"; do
    [ ! -d "$folder" ] || inputs+=("$folder")
  done
  [ ${#inputs[@]} -eq 0 ] || zip -q -r -j "$OUT/fuzz_${name}_seed_corpus.zip" "${inputs[@]}"
done
cp "$source/fuzz/tcp.dict" "$OUT/fuzz_segment.dict"
cp "$source/fuzz/ip.dict" "$OUT/fuzz_ip.dict"
