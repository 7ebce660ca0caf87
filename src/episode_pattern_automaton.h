/*
 * episode_pattern_automaton.h - a compiled episode pattern
 *
 * A pattern is a finite automaton over the phases of an episode.  Its
 * elements are sets of labels, perhaps with bounds on how long a phase lasts;
 * those that a match binds a phase to are its states, the others describe
 * what must overlap, or must not start or follow.  Its edges say how one
 * bound phase follows another, and where a match may end.
 *
 * Nothing here needs the server.
 */
#ifndef EPISODE_PATTERN_AUTOMATON_H
#define EPISODE_PATTERN_AUTOMATON_H

#include "episode_codec.h"

#define PATTERN_VERSION			1
#define PATTERN_MAX_ELEMENTS	64	/* a set of them is one word */
#define PATTERN_MAX_EDGES		512
#define PATTERN_MAX_LABELS		1000
#define PATTERN_MAX_DEPTH		32	/* of parentheses */
#define PATTERN_MAX_TEXT		100000	/* bytes */

#define PATTERN_NONE			PATTERN_MAX_ELEMENTS
#define PATTERN_UNBOUNDED		UINT64_MAX

/* How long a phase of this element lasts, in microseconds. */
typedef struct PatternElement
{
	uint64_t	least;
	uint64_t	most;
} PatternElement;

typedef enum PatternEdgeKind
{
	EDGE_FOLLOWS,				/* a -> b */
	EDGE_NEXT,					/* a => b */
	EDGE_END,					/* a match may end with a */
	EDGE_LAST,					/* ... if no phase starts later: a $ */
	EDGE_NOT_FOLLOWED,			/* ... if b does not follow: a !-> b */
	EDGE_NOT_NEXT				/* ... if b is not next: a !=> b */
} PatternEdgeKind;

typedef struct PatternEdge
{
	uint64_t	least;			/* from the end of a to the start of b */
	uint64_t	most;
	uint8_t		kind;
	uint8_t		from;			/* a */
	uint8_t		to;				/* b; means nothing where there is none */
	uint8_t		blocked;		/* what must not start between, or
								 * PATTERN_NONE */
} PatternEdge;

/* A phase of the state overlaps one of the other element, or none. */
typedef struct PatternOverlap
{
	uint8_t		state;
	uint8_t		other;
	uint8_t		absent;
} PatternOverlap;

/*
 * The stored form: this front, aligned to 8 bytes, then label_elements,
 * elements, edges in order of from, label_ends, overlaps, the labels and the
 * canonical text.
 */
typedef struct EpisodePattern
{
	uint32_t	header;			/* the server's: varlena */
	uint8_t		version;
	uint8_t		num_elements;
	uint8_t		num_overlaps;
	uint8_t		reserved;
	uint16_t	num_edges;
	uint16_t	num_labels;
	uint32_t	text_length;
	uint64_t	states;
	uint64_t	first;			/* states that a match may begin with */
	uint64_t	anchored;		/* ... where no phase starts earlier */
	uint64_t	other;			/* elements with the labels not named */
} EpisodePattern;

/* Where the parts of a stored pattern are. */
typedef struct PatternView
{
	const EpisodePattern *front;
	const uint64_t *label_elements; /* for each label, what it is in */
	const PatternElement *elements;
	const PatternEdge *edges;
	const uint32_t *label_ends;
	const PatternOverlap *overlaps;
	const char *labels;			/* distinct, in order of their bytes */
	const char *text;
	uint64_t	timed;			/* elements with bounds */
	bool		asks_known;		/* until when the record is known */
	uint16_t	first_edge[PATTERN_MAX_ELEMENTS + 1];
} PatternView;

/* What parsing a text leads to. */
typedef enum PatternStatus
{
	PATTERN_OK,
	PATTERN_SYNTAX,
	PATTERN_LIMIT				/* understood, but too much */
} PatternStatus;

/* A text being parsed, and the automaton made of it so far. */
typedef struct PatternParser
{
	PatternStatus status;
	const char *problem;		/* what was expected, or which limit */
	const char *next;			/* where parsing stopped */

	const char *end;
	int			depth;
	uint8_t		num_elements;
	uint8_t		num_overlaps;
	uint16_t	num_edges;
	uint16_t	num_labels;
	uint64_t	states;
	uint64_t	first;
	uint64_t	anchored;
	uint64_t	other;
	PatternElement elements[PATTERN_MAX_ELEMENTS];
	PatternOverlap overlaps[PATTERN_MAX_ELEMENTS];
	PatternEdge edges[PATTERN_MAX_EDGES];
	EpisodeLabel labels[PATTERN_MAX_LABELS];
	uint64_t	label_elements[PATTERN_MAX_LABELS];
	char	   *label_text;
	char	   *text;
	size_t		label_length;
	size_t		text_length;
} PatternParser;

/* How many bytes a parser needs besides, for a text of so many. */
#define PATTERN_SCRATCH(length)	(9 * (length) + 64)

/* A phase whose label is in some element of the pattern. */
typedef struct PatternPlace
{
	int64_t		start;
	int64_t		end;
	uint64_t	elements;
	uint32_t	phase;			/* its number in the episode */
} PatternPlace;

/* A match being looked for, from the last place back to the first. */
typedef struct PatternMatcher
{
	const PatternView *pattern;
	const StoredEpisode *episode;
	uint64_t	present;		/* elements that the episode has labels of */
	int64_t		known;			/* until when the record is known, if the
								 * pattern asks for that */
	uint32_t	num_places;
	uint32_t	position;		/* places from here on are scanned */
	PatternPlace *places;
	int64_t    *reach;			/* for each overlap and place: the last end of
								 * the other element's phases before it */
	uint32_t   *next;			/* for each place and element: the first such
								 * place from there on that fits */
	uint64_t   *label_elements; /* of the episode's labels */
} PatternMatcher;

/* A place that a match binds, and the state that it is bound by. */
typedef struct PatternStep
{
	uint32_t	place;
	uint32_t	state;
	uint64_t	states;			/* all by which it could be, so far */
} PatternStep;

/* The label number i. */
static inline EpisodeLabel
pattern_label(const PatternView *view, uint32_t i)
{
	uint32_t	start = i == 0 ? 0 : view->label_ends[i - 1];
	EpisodeLabel label = {view->labels + start, view->label_ends[i] - start};

	return label;
}

static inline uint64_t
pattern_bit(unsigned element)
{
	return UINT64_C(1) << element;
}

/* The least element of a set that is not empty. */
static inline unsigned
pattern_least(uint64_t set)
{
	return (unsigned) __builtin_ctzll(set);
}

/* From an instant to a later one. */
static inline uint64_t
pattern_distance(int64_t from, int64_t to)
{
	return (uint64_t) to - (uint64_t) from;
}

/* episode_pattern_parse.c */
extern void pattern_parse(PatternParser *parser, const char *text,
						  size_t length, char *scratch);

/* episode_pattern_store.c */
extern size_t pattern_size(const PatternParser *parser);
extern void pattern_write(const PatternParser *parser, EpisodePattern *out);
extern EpisodeStatus pattern_open(PatternView *view,
								  const EpisodePattern *front, size_t size);
extern bool pattern_possible(const PatternView *view, uint64_t present);

/* episode_pattern_places.c */
extern bool pattern_match_lasts(const PatternMatcher *matcher,
								unsigned element, const PatternPlace *place);
extern size_t pattern_match_size(const PatternView *pattern,
								 const StoredEpisode *episode);
extern EpisodeStatus pattern_match_begin(PatternMatcher *matcher,
										 const PatternView *pattern,
										 const StoredEpisode *episode,
										 int64_t horizon, void *memory);

/* episode_pattern_match.c */
extern bool pattern_match_scan(PatternMatcher *matcher, uint32_t count,
							   bool stop);
extern bool pattern_match_at(const PatternMatcher *matcher, uint32_t place);
extern uint32_t pattern_match_bind(const PatternMatcher *matcher,
								   uint32_t place, PatternStep *steps);
extern uint32_t pattern_match_overlap(const PatternMatcher *matcher,
									  const PatternOverlap *overlap,
									  uint32_t place);

#endif							/* EPISODE_PATTERN_AUTOMATON_H */
