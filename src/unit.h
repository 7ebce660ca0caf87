/*
 * unit.h
 *		Units of measure in the notation of UCUM, read and worked out without
 *		a server.
 */
#ifndef UNIT_H
#define UNIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "unit_rational.h"

/* Bytes of an expression, and with that the most terms that it can have. */
#define UNIT_MAX_LENGTH		255
#define UNIT_MAX_TERMS		128
#define UNIT_MAX_DEPTH		32
#define UNIT_MAX_EXPONENT	999
#define UNIT_MAX_FACTOR		UINT64_C(1000000000000000)
#define UNIT_ARBITRARY		40	/* so many units of UCUM are arbitrary */

/*
 * What a unit measures: exponents of base units.  Each arbitrary unit is a
 * dimension of its own.  The mole is a number to UCUM; that a unit counts
 * moles is noted, to find what a molar mass converts, and sets no units
 * apart.
 */
typedef enum UnitDimension
{
	UNIT_LENGTH,
	UNIT_MASS,
	UNIT_TIME,
	UNIT_CHARGE,
	UNIT_TEMPERATURE,
	UNIT_LUMINOSITY,
	UNIT_ANGLE,
	UNIT_FIRST_ARBITRARY,
	UNIT_SUBSTANCE = UNIT_FIRST_ARBITRARY + UNIT_ARBITRARY,
	UNIT_DIMENSIONS
} UnitDimension;

/* How a number on the scale of a unit comes from the unit that it is of. */
typedef enum UnitScale
{
	UNIT_RATIO,					/* times the unit */
	UNIT_CELSIUS,				/* less a zero point */
	UNIT_FAHRENHEIT,
	UNIT_REAUMUR,
	UNIT_LN,					/* logarithms */
	UNIT_LG,
	UNIT_TWO_LG,
	UNIT_LD,
	UNIT_MINUS_LG,
	UNIT_MINUS_LOG100,
	UNIT_MINUS_LOG1000,
	UNIT_MINUS_LOG50000,
	UNIT_TANGENT,				/* 100 times */
	UNIT_ROOT
} UnitScale;

/* One row of the table of units. */
typedef struct UnitAtom
{
	const char *code;
	const char *upper;			/* the code where case does not count */
	bool		metric;			/* takes prefixes */
	const char *symbol;			/* in UTF-8; NULL if the code will do */
	const char *value;			/* NULL: a base of the dimension below */
	const char *unit;
	UnitScale	scale;
	UnitDimension dimension;
} UnitAtom;

typedef struct UnitPrefix
{
	const char *code;
	const char *upper;
	const char *value;
	const char *symbol;
} UnitPrefix;

extern const UnitAtom unit_atoms[];
extern const int unit_atom_count;
extern const UnitPrefix unit_prefixes[];
extern const int unit_prefix_count;

/* A prefix, or none, and a unit, by name. */
extern bool unit_find(const char *name, size_t length, bool ignore_case,
					  const UnitPrefix **prefix, const UnitAtom **atom);

/* Reading an expression piece by piece: unit_scan.c */
typedef enum UnitPiece
{
	UNIT_PIECE_NUMBER,
	UNIT_PIECE_UNIT,
	UNIT_PIECE_ANNOTATION,
	UNIT_PIECE_OPEN,
	UNIT_PIECE_CLOSE,
	UNIT_PIECE_END,
	UNIT_PIECE_WRONG
} UnitPiece;

typedef struct UnitScan
{
	const char *text;
	const char *next;
	const char *end;
	bool		ignore_case;
	int			depth;
	bool		after_operand;

	/* of the piece */
	char		operator;		/* before it: '.', '/' or 0 */
	uint64_t	number;
	const UnitPrefix *prefix;	/* or NULL */
	const UnitAtom *atom;
	int			exponent;
	const char *annotation;		/* without its braces, or NULL */
	size_t		annotation_length;

	/* of what is wrong */
	const char *wrong;
	size_t		wrong_length;
	const char *problem;
} UnitScan;

extern void unit_scan_open(UnitScan *scan, const char *text, size_t length,
						   bool ignore_case);
extern UnitPiece unit_scan_next(UnitScan *scan);

/* An expression as a product, without parentheses: unit_form.c */
typedef struct UnitTerm
{
	const UnitPrefix *prefix;
	const UnitAtom *atom;
	int			exponent;		/* not 0 */
} UnitTerm;

typedef struct UnitForm
{
	uint64_t	numerator;
	uint64_t	denominator;
	int			count;
	UnitTerm	terms[UNIT_MAX_TERMS];
} UnitForm;

/* Bytes that the texts made of an expression need at most. */
#define UNIT_CANONICAL_SIZE	(UNIT_MAX_TERMS * 24 + 64)
#define UNIT_DISPLAY_SIZE	(UNIT_MAX_LENGTH * 8)
#define UNIT_DIMENSION_SIZE (UNIT_DIMENSIONS * 24)

extern bool unit_parse(UnitForm *form, UnitScan *scan);
extern bool unit_multiply(UnitForm *form, const UnitForm *by, bool divide);
extern int	unit_print_canonical(char *text, const UnitForm *form);
extern int	unit_print_display(char *text, const char *unit, size_t length);

/* What an expression means: unit_meaning.c */
typedef struct UnitMeaning
{
	int32_t		dimension[UNIT_DIMENSIONS];
	UnitScale	scale;
	UnitRational factor;		/* the unit, or the unit of its scale */
	UnitRational prefix;		/* of a scale */
} UnitMeaning;

extern bool unit_mean(UnitMeaning *meaning, const UnitForm *form);
extern bool unit_same_dimension(const UnitMeaning *a, const UnitMeaning *b);
extern int	unit_molar(const UnitMeaning *from, const UnitMeaning *to);
extern int	unit_print_dimension(char *text, const UnitMeaning *meaning);

/* What people write: unit_alias.c */
typedef struct UnitAlias
{
	const char *alias;			/* in UTF-8 */
	const char *code;
} UnitAlias;

extern const UnitAlias unit_alias_table[];
extern const int unit_alias_count;

extern bool unit_from_alias(char *code, const char *text, size_t length);

#endif							/* UNIT_H */
