// The symbolic engine: include this to state a theorem about the production source.
//
// explorer.hpp forks and asks the solver; truth.hpp, word32.hpp and position.hpp are its values; axes.hpp writes
// streams so that the solver works on offsets; theorem.hpp registers and checks.
#pragma once

#include "proofs/axes.hpp"
#include "proofs/explorer.hpp"
#include "proofs/position.hpp"
#include "proofs/theorem.hpp"
#include "proofs/truth.hpp"
#include "proofs/word32.hpp"
