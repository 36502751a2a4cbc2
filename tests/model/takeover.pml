/* Takeover, shrink and rejoin of one shard, for every order of events (invariants.md A to D).
 *
 * Three replicas, three terms, journals of three epochs, a configuration store whose compare-and-set may take
 * place at any later time, or never. Spin visits every state; scripts/model_check.sh runs it.
 *
 * What is left out, and why nothing is lost by it:
 * - A message is an atomic read of its sender by its receiver, at the time of sending. What comes of it is kept
 *   (`match`) and used at any later time, so messages are late at will. One that is lost is a step not taken.
 * - The time between a write and its sync: what is written is durable, and what is not durable is not written;
 *   nothing is said in between (A2).
 * - Reading the store is atomic. Whoever acts on an older state of it proposes on an older version, and fails.
 * - An epoch is the term in which it was made: one primary makes one epoch of a number in a term. Journals have
 *   in common what they have in common term by term; term_table finds the same end from where terms start.
 * - Nobody is eligible: a set of one may commit here. Wiped disks are in the replicas' world.
 *
 * Planted: -DSMALLER_SET_EARLY, a commit counts the smaller set before the store has it (against C3);
 * -DEND_BEFORE_PROMISE, a takeover reads the end of its journal, and only then promises (against B2);
 * -DJOIN_WITHOUT_UNION, a commit does not wait for who joins while that is unresolved (against C2).
 */
#define N 3
#define TERMS 3
#define LENGTH 3
#ifndef VERSIONS
#define VERSIONS 5
#endif
#define FOLLOWER 0
#define PRIMARY 1
#define TAKING 2
#define bit(i) (1 << (i))
#define has(set, i) ((((set) >> (i)) & 1) == 1)
#define J(i, k) journal[(i) * LENGTH + (k)]
#define MAY_PROPOSE(i) (!under_way[i] && term < TERMS && version < VERSIONS)
#define MAY_TAKE_OVER(i) (role[i] == FOLLOWER && MAY_PROPOSE(i) && has(in_sync, i) && (leader != i || promised[i] >= term))
#define M(p, f) match[(p) * N + (f)]

/* The store. */
byte version = 1, term = 1, leader = 0, in_sync = 7;

/* Disks: what a replica has promised, and its journal. */
byte promised[N] = 1;
byte length[N];
byte journal[9];

/* Replicas. Of a primary: its term and opening epoch, the version and set it knows, what followers have. */
byte role[N];
byte led[N], opening[N], known[N], members[N];
byte match[9];
byte end_read[N];

/* Proposals, which may be under way although their proposer has forgotten them in a crash. */
bool under_way[N], aware[N];
byte p_version[N], p_term[N], p_set[N];

/* What was acknowledged, by whom in each term. */
byte acknowledged[LENGTH], acknowledged_upto, acknowledged_term;
byte committer[4];

inline leave(i) {
  role[i] = FOLLOWER; led[i] = 0; opening[i] = 0; known[i] = 0; members[i] = 0; end_read[i] = 0;
  M(i, 0) = 0; M(i, 1) = 0; M(i, 2) = 0
}

inline cut(i, upto) {
  do
  :: length[i] > upto -> length[i]--; J(i, length[i]) = 0
  :: else -> break
  od
}

/* Only a primary counts on what it knows to be under way. */
inline propose(i, on, new_term, set) {
  under_way[i] = true; aware[i] = (role[i] == PRIMARY); p_version[i] = on; p_term[i] = new_term; p_set[i] = set
}

inline forget(i) {
  under_way[i] = false; aware[i] = false; p_version[i] = 0; p_term[i] = 0; p_set[i] = 0
}

/* The replica leads in the store's term, from the end of its journal on. */
inline begin(i) {
  promised[i] = term; role[i] = PRIMARY; led[i] = term; known[i] = version; members[i] = in_sync;
  J(i, length[i]) = term; length[i]++; opening[i] = length[i]
}

/* Follower f promises the term of p, and cuts its journal to what both have in common. */
inline follow(f, p) {
  leave(f); promised[f] = led[p]; k = 0;
  do
  :: k < length[f] && k < length[p] && J(f, k) == J(p, k) -> k++
  :: else -> break
  od;
  cut(f, k);
  k = 0;
  aware[f] = false;
  if
  :: under_way[f] && p_version[f] < version -> forget(f)
  :: else
  fi
}

inline commit(i) {
  counted = members[i];
  if
  :: under_way[i] && aware[i] ->
#ifdef SMALLER_SET_EARLY
     counted = p_set[i]
#elif defined(JOIN_WITHOUT_UNION)
     skip
#else
     counted = counted | p_set[i]
#endif
  :: else
  fi;
  upto = length[i]; k = 0;
  do
  :: k < N ->
     if
     :: k != i && has(counted, k) && M(i, k) < upto -> upto = M(i, k)
     :: else
     fi;
     k++
  :: else -> break
  od;
  if
  :: upto >= opening[i] ->
     assert(committer[led[i]] == 0 || committer[led[i]] == i + 1);
     committer[led[i]] = i + 1;
     /* What was acknowledged is there, as it was; all of it, unless a later primary has gone on. */
     k = 0;
     do
     :: k < acknowledged_upto ->
        assert(k < length[i] || led[i] < acknowledged_term);
        assert(k >= upto || J(i, k) == acknowledged[k]);
        k++
     :: else -> break
     od;
     k = acknowledged_upto;
     do
     :: k < upto -> acknowledged[k] = J(i, k); acknowledged_upto = k + 1; k++; acknowledged_term = led[i]
     :: else -> break
     od
  :: else
  fi;
  k = 0; upto = 0; counted = 0
}

proctype replica(byte i) {
  byte k, upto, counted, f;
  do
  /* As a member in sync: the primary is not heard for the grace, or it is this one, which has restarted. */
  :: d_step { MAY_TAKE_OVER(i) ->
       if
       :: leader == i -> propose(i, version, term + 1, in_sync)
       :: else -> propose(i, version, term + 1, in_sync & ~bit(leader))
       fi }
  /* The store names it. */
#ifdef END_BEFORE_PROMISE
  :: d_step { role[i] == FOLLOWER && leader == i && term > promised[i] && length[i] < LENGTH ->
       role[i] = TAKING; end_read[i] = length[i] }
  :: d_step { role[i] == TAKING && leader == i && term > promised[i] ->
       cut(i, end_read[i]); end_read[i] = 0; begin(i) }
#else
  :: d_step { role[i] == FOLLOWER && leader == i && term > promised[i] && length[i] < LENGTH -> begin(i) }
#endif
  /* What is under way takes place, some time, if nothing else has on its version. */
  :: d_step { under_way[i] && p_version[i] == version ->
       if
       :: p_term[i] > term -> leader = i
       :: else
       fi;
       term = p_term[i]; in_sync = p_set[i]; version++; k = 0;
       do
       :: k < N ->
          if
          :: under_way[k] && !aware[k] && p_version[k] < version -> forget(k)
          :: else
          fi;
          k++
       :: else -> break
       od;
       k = 0 }
  /* It looks at the store, and acts on all that it sees. */
  :: d_step { role[i] == PRIMARY && version > known[i] ->
       if
       :: under_way[i] && version > p_version[i] ->
          forget(i)
       :: else
       fi;
       if
       :: role[i] == PRIMARY && term == led[i] -> known[i] = version; members[i] = in_sync
       :: role[i] == PRIMARY && term > led[i] -> leave(i)
       :: else
       fi }
  /* It crashes. What it proposed may still take place. */
  :: d_step { role[i] == PRIMARY ->
       aware[i] = false; leave(i);
       if
       :: under_way[i] && p_version[i] < version -> forget(i)
       :: else
       fi }
  /* Leading. */
  :: d_step { role[i] == PRIMARY && length[i] < LENGTH -> J(i, length[i]) = led[i]; length[i]++ }
  :: d_step { role[i] == PRIMARY -> commit(i) }
  :: atomic { role[i] == PRIMARY ->
       if
       :: i != 0 -> f = 0
       :: i != 1 -> f = 1
       :: i != 2 -> f = 2
       fi;
       if
       :: d_step { promised[f] < led[i] -> follow(f, i) }
       :: d_step { promised[f] == led[i] && role[f] != PRIMARY && length[f] < length[i] ->
            J(f, length[f]) = J(i, length[f]); length[f]++ }
       :: d_step { promised[f] == led[i] && M(i, f) < length[f] -> M(i, f) = length[f] }
       :: d_step { has(members[i], f) && !under_way[i] && version < VERSIONS ->
            propose(i, known[i], led[i], members[i] & ~bit(f)) }
       :: d_step { !has(members[i], f) && !under_way[i] && version < VERSIONS && M(i, f) == length[i] ->
            propose(i, known[i], led[i], members[i] | bit(f)) }
       :: else
       fi;
       k = 0; f = 0 }
  od
}

/* At first the first replica leads, everyone follows in term 1, and journals are empty but for its opening. */
init {
  atomic {
    role[0] = PRIMARY; led[0] = 1; opening[0] = 1; known[0] = 1; members[0] = 7;
    J(0, 0) = 1; length[0] = 1;
    run replica(0); run replica(1); run replica(2)
  }
}
