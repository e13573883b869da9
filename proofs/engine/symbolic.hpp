// The symbolic engine: include this to state a theorem about the production source.
//
// explorer.hpp forks and asks the solver; truth.hpp, word32.hpp and position.hpp are its values; axes.hpp writes
// streams so that the solver works on offsets; theorem.hpp registers and checks.
#pragma once

#include "proofs/axes.hpp"
#include "proofs/engine/explorer.hpp"
#include "proofs/engine/theorem.hpp"
#include "proofs/engine/truth.hpp"
#include "proofs/engine/word32.hpp"
#include "proofs/position.hpp"
