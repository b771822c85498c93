/*
 * The twelve steps of the story v2-twelve-steps by hand in Promela, for `npm run bench`: what a general model checker makes
 * of the same question. The source takes its steps in any order; each writer may write once more in every gap; the target
 * loads what comes and starts. Time and prices are left out (SPIN knows none), so this asks less than explore does.
 *
 * One page stands for all pages of a writer: CUR (target has the last content), PEND (bit in the log), DIRTY (in the bitmap).
 */
#define STEPS 12
mtype = { RUNNING, PRE_COPY, PRE_COPY_P2P, STOP_COPY, RESUMING };
mtype = { RAM, EARLY, FINAL, EOF };

bool chosen[STEPS];
bool failed, completed, torn, lost, twice;
bool cpuHere = true, cpuThere;
bool armed[3];                 /* logs of the vCPUs, the nic, the ssd */
bool current[3], pend[3], dirty[3];
mtype here[2] = RUNNING;       /* states of nic and ssd on the source */
mtype there[2] = RESUMING;
bool moved[2];                 /* the device went on after its final data were read */
bool gaveEarly[2], gaveFinal[2], early[2], final[2];
chan wire = [16] of { mtype, byte, byte };   /* kind, device, mask of writers whose present page it carries */
byte inFlight[3];              /* newest content is in so many RAM items on the wire */

inline writes(w) {
  current[w] = false; inFlight[w] = 0;
  if :: armed[w] -> pend[w] = true :: else fi
}

inline gap() {
  if :: cpuHere -> if :: writes(0) :: skip fi :: else fi;
  if :: here[0] != STOP_COPY -> moved[0] = gaveFinal[0]; if :: writes(1) :: skip fi :: else fi;
  if :: here[1] != STOP_COPY -> moved[1] = gaveFinal[1]; if :: writes(2) :: skip fi :: else fi;
  /* peers write to each other; a stopped one takes no writes */
  if :: (here[0] == RUNNING || here[0] == PRE_COPY) && here[1] == STOP_COPY -> torn = true
     :: (here[1] == RUNNING || here[1] == PRE_COPY) && here[0] == STOP_COPY -> torn = true
     :: else fi;
  if :: cpuHere && (here[0] == STOP_COPY || here[1] == STOP_COPY) -> lost = true :: else fi;
  if :: cpuHere && cpuThere -> twice = true :: else fi
}

inline sync() {
  byte l = 0;
  do :: l < 3 -> if :: armed[l] && pend[l] -> pend[l] = false; dirty[l] = true :: else fi; l++ :: else -> break od
}

inline copy(all) {
  byte w = 0; byte mask = 0;
  do
  :: w < 3 -> if :: all || dirty[w] -> dirty[w] = false; mask = mask | (1 << w); inFlight[w]++ :: else fi; w++
  :: else -> break
  od;
  if :: completed -> failed = true :: else -> wire!RAM(0, mask) fi
}

inline toState(d, state) {
  if
  :: state == here[d] -> skip
  :: state == PRE_COPY && (here[d] == RUNNING || here[d] == PRE_COPY_P2P) -> here[d] = state
  :: state == PRE_COPY_P2P && (here[d] == RUNNING || here[d] == PRE_COPY) -> here[d] = state
  :: state == STOP_COPY -> here[d] = state
  :: else -> failed = true
  fi
}

inline save(d, kind) {
  if
  :: completed -> failed = true
  :: !completed && kind == EARLY && (here[d] == PRE_COPY || here[d] == PRE_COPY_P2P) -> gaveEarly[d] = true; wire!EARLY(d, 0)
  :: !completed && kind == FINAL && here[d] == STOP_COPY -> gaveFinal[d] = true; moved[d] = false; wire!FINAL(d, 0)
  :: else -> failed = true
  fi
}

active proctype source() {
  byte taken = 0;
  do
  :: taken < STEPS && !failed ->
     gap();
     if
     :: !chosen[0] -> chosen[0] = true; atomic { armed[0] = true; armed[1] = true; armed[2] = true }
     :: !chosen[1] -> chosen[1] = true; toState(0, PRE_COPY); toState(1, PRE_COPY)
     :: !chosen[2] -> chosen[2] = true; copy(true); gap(); sync(); copy(false)
     :: !chosen[3] -> chosen[3] = true; save(0, EARLY); gap(); save(1, EARLY)
     :: !chosen[4] -> chosen[4] = true; cpuHere = false
     :: !chosen[5] -> chosen[5] = true; toState(0, PRE_COPY_P2P); gap(); toState(1, PRE_COPY_P2P)
     :: !chosen[6] -> chosen[6] = true; toState(0, STOP_COPY); gap(); toState(1, STOP_COPY)
     :: !chosen[7] -> chosen[7] = true; sync()
     :: !chosen[8] -> chosen[8] = true; copy(false)
     :: !chosen[9] -> chosen[9] = true; save(0, FINAL)
     :: !chosen[10] -> chosen[10] = true; save(1, FINAL)
     :: !chosen[11] -> chosen[11] = true; wire!EOF(0, 0); completed = true
     fi;
     taken++
  :: else -> break
  od;
  gap()
}

active proctype target() {
  mtype kind; byte device; byte mask;
  do
  :: wire?kind(device, mask) ->
     if
     :: kind == RAM ->
        d_step {
          byte w = 0;
          do :: w < 3 -> if :: (mask & (1 << w)) && inFlight[w] > 0 -> current[w] = true; inFlight[w]-- :: else fi; w++ :: else -> break od;
          w = 0
        }
     :: kind == EARLY -> early[device] = true
     :: kind == FINAL -> if :: early[device] -> final[device] = true :: else -> goto refused fi
     :: kind == EOF -> break
     fi
  :: failed && empty(wire) -> goto refused
  od;
  if :: final[0] -> there[0] = RUNNING :: else -> torn = true fi;
  if :: final[1] -> there[1] = RUNNING :: else -> torn = true fi;
  cpuThere = true;
  if :: moved[0] || moved[1] -> torn = true :: else fi;
  if :: !current[0] || !current[1] || !current[2] -> lost = true :: else fi;
  if :: cpuHere -> twice = true :: else fi;
refused:
  skip
}
