// Sequent: a TCP that can be checked. The one include of an embedder.
#pragma once

#include "sequent/config.hpp"
#include "sequent/congestion/reno.hpp"
#include "sequent/congestion/validated.hpp"
#include "sequent/connection.hpp"
#include "sequent/wire/parse.hpp"
