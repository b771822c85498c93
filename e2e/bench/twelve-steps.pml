/*
 * The twelve steps of the story v2-twelve-steps by hand in Promela, for `npm run bench`: what a general model checker makes
 * of the same question. The source takes its steps in any order; the target loads what comes and starts. Time and prices are
 * left out, since SPIN knows none: so this asks less than explore does.
 *
 * The model is kept as small as explore's keys. Each step with the gaps in it is one transition (d_step). Pages of a writer are a
 * set of kinds, as a row of tracers is: a gap adds to the set what a write makes of each kind, and leaves the page that was
 * not written. A kind is three bits: in the log, in the bitmap, and whether its last content was sent. RAM that is sent is loaded in its
 * order before anything that follows it, so that it need not lie on the wire.
 */
#define STEPS 12
#define ALL_CHOSEN 4095
#define LOGGED 1
#define MARKED 2
#define SENT 4

#define RUNNING 0
#define PRE_COPY 1
#define PRE_COPY_P2P 2
#define STOP_COPY 3

mtype = { EARLY, FINAL, EOF };

#define CPU 0
#define NIC 1
#define SSD 2

short chosen;                  /* steps, as a set */
bool failed, completed, ended;
bool cpuHere = true, cpuThere, armed;
byte kinds[3] = 1;             /* by writer: kinds of pages that there are, as a set; at first those never written */
byte here[3];                  /* states of nic and ssd on the source */
byte gaveFinal[3], moved[3];   /* the final data were read; and the device went on after that */
byte final[3];                 /* loaded */
bool torn, lost, twice, stale; /* what was found: explore keeps it on its edges, a model checker in its state */
chan wire = [8] of { mtype, byte };
hidden byte k, w, before, next;

/* What a write makes of each kind of page. */
inline writes(a) {
  before = kinds[a]; k = 0;
  do
  :: k < 8 -> if :: before & (1 << k) -> kinds[a] = kinds[a] | (1 << ((k & MARKED) | (armed -> LOGGED : (k & LOGGED)))) :: else fi; k++
  :: else -> break
  od
}

inline gap() {
  if :: cpuHere -> writes(CPU) :: else fi;
  if :: here[NIC] != STOP_COPY -> writes(NIC); moved[NIC] = gaveFinal[NIC] :: else fi;
  if :: here[SSD] != STOP_COPY -> writes(SSD); moved[SSD] = gaveFinal[SSD] :: else fi;
  /* peers write to each other; a stopped one takes no writes, and answers no doorbell */
  torn = torn || (here[NIC] <= PRE_COPY && here[SSD] == STOP_COPY) || (here[SSD] <= PRE_COPY && here[NIC] == STOP_COPY);
  lost = lost || (cpuHere && (here[NIC] == STOP_COPY || here[SSD] == STOP_COPY));
  twice = twice || (cpuHere && cpuThere)
}

/* Logged pages become marked ones. */
inline sync() {
  w = 0;
  do
  :: w < 3 ->
     next = 0; k = 0;
     do
     :: k < 8 -> if :: kinds[w] & (1 << k) -> next = next | (1 << ((k & LOGGED) -> ((k & SENT) | MARKED) : k)) :: else fi; k++
     :: else -> break
     od;
     kinds[w] = next; w++
  :: else -> break
  od
}

/* Marked pages, or all, are sent. */
inline copy(all) {
  if
  :: ended -> failed = true
  :: else ->
     w = 0;
     do
     :: w < 3 ->
        next = 0; k = 0;
        do
        :: k < 8 -> if :: kinds[w] & (1 << k) -> next = next | (1 << ((all || (k & MARKED)) -> ((k & LOGGED) | SENT) : k)) :: else fi; k++
        :: else -> break
        od;
        kinds[w] = next; w++
     :: else -> break
     od
  fi
}

inline toState(d, to) {
  if
  :: failed || here[d] == to -> skip
  :: !failed && here[d] != to ->
     if
     :: here[d] == STOP_COPY -> failed = true
     :: else -> here[d] = to
     fi
  fi;
  gap()
}

inline save(d, kind) {
  if
  :: failed -> skip
  :: !failed && ended -> failed = true
  :: !failed && !ended && kind == EARLY ->
     if :: here[d] == PRE_COPY || here[d] == PRE_COPY_P2P -> wire!EARLY(d) :: else -> failed = true fi
  :: !failed && !ended && kind == FINAL ->
     if :: here[d] == STOP_COPY -> gaveFinal[d] = 1; moved[d] = 0; wire!FINAL(d) :: else -> failed = true fi
  fi;
  gap()
}

#define take(i) (!(chosen & (1 << i))) -> chosen = chosen | (1 << i)

active proctype source() {
  do
  :: !failed && chosen != ALL_CHOSEN ->
     if
     :: d_step { take(0); gap(); armed = true; gap(); skip }
     :: d_step { take(1); gap(); toState(NIC, PRE_COPY); toState(SSD, PRE_COPY); skip }
     :: d_step { take(2); gap(); copy(true); gap(); sync(); skip }
     :: d_step { take(3); gap(); save(NIC, EARLY); save(SSD, EARLY); skip }
     :: d_step { take(4); gap(); cpuHere = false; skip }
     :: d_step { take(5); gap(); toState(NIC, PRE_COPY_P2P); toState(SSD, PRE_COPY_P2P); skip }
     :: d_step { take(6); gap(); toState(NIC, STOP_COPY); toState(SSD, STOP_COPY); skip }
     :: d_step { take(7); gap(); sync(); skip }
     :: d_step { take(8); gap(); copy(false); skip }
     :: d_step { take(9); save(NIC, FINAL); skip }
     :: d_step { take(10); save(SSD, FINAL); skip }
     :: d_step { take(11); gap(); wire!EOF(0); ended = true; skip }
     fi
  :: else -> break
  od;
  skip;
  d_step {
    gap();
    /* who gives up goes on where it was */
    if :: failed -> cpuHere = true :: else -> completed = true fi;
    skip
  }
}

active proctype target() {
  byte d;
  do
  :: d_step { wire?EARLY(d) -> d = 0 }   /* what no precopy has given the final data give */
  :: d_step { wire?FINAL(d) -> final[d] = 1; d = 0 }
  :: wire?EOF(_) -> break
  :: failed && empty(wire) -> goto over
  od;
  skip;
  d_step {
    torn = torn || !final[NIC] || !final[SSD] || moved[NIC] || moved[SSD];
    /* a page whose last content was not sent */
    stale = ((kinds[CPU] | kinds[NIC] | kinds[SSD]) & 15) != 0;
    twice = twice || cpuHere;
    cpuThere = true
  };
over:
  skip
}
