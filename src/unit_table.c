/*
 * unit_table.c
 *		The units and prefixes of UCUM (https://ucum.org, table ucum-essence
 *		2.2 of 2024-06-17), and how they are found by name.
 *
 * A unit is given as a value times other units, or as a scale over them.
 * Where case does not count it has another code in some cases.  Symbols are
 * for people: the last column of UCUM's own tables, or what is usual.
 *
 * Of two codes for the same, l and L, [iU] and [IU], UCUM defines the second
 * by the first; here it is the other way round, for the second is preferred.
 *
 * The percent of slope is a tangent like the prism diopter's; the table of
 * UCUM says "deg" for its unit in one place and "rad" in another, and the
 * tangent of an angle is the same by either.
 */
#include "unit.h"

#include <string.h>

#define PI "3.1415926535897932384626433832795028841971693993751058209749445923"

#define BASE(code, upper, dimension) \
	{code, upper, true, NULL, NULL, NULL, UNIT_RATIO, dimension}
#define UNIT(code, upper, metric, symbol, value, unit) \
	{code, upper, metric, symbol, value, unit, UNIT_RATIO, 0}
#define SCALE(code, upper, metric, symbol, value, unit, scale) \
	{code, upper, metric, symbol, value, unit, UNIT_##scale, 0}
#define ARBITRARY(code, upper, metric, symbol, number) \
	{code, upper, metric, symbol, NULL, NULL, UNIT_RATIO, \
	UNIT_FIRST_ARBITRARY + (number)}

const UnitPrefix unit_prefixes[] = {
	{"Y", "YA", "1e24", "Y"},
	{"Z", "ZA", "1e21", "Z"},
	{"E", "EX", "1e18", "E"},
	{"P", "PT", "1e15", "P"},
	{"Ti", "TIB", "1099511627776", "Ti"},
	{"T", "TR", "1e12", "T"},
	{"Gi", "GIB", "1073741824", "Gi"},
	{"G", "GA", "1e9", "G"},
	{"Mi", "MIB", "1048576", "Mi"},
	{"M", "MA", "1e6", "M"},
	{"Ki", "KIB", "1024", "Ki"},
	{"k", "K", "1e3", "k"},
	{"h", "H", "1e2", "h"},
	{"da", "DA", "1e1", "da"},
	{"d", "D", "1e-1", "d"},
	{"c", "C", "1e-2", "c"},
	{"m", "M", "1e-3", "m"},
	{"u", "U", "1e-6", "µ"},
	{"n", "N", "1e-9", "n"},
	{"p", "P", "1e-12", "p"},
	{"f", "F", "1e-15", "f"},
	{"a", "A", "1e-18", "a"},
	{"z", "ZO", "1e-21", "z"},
	{"y", "YO", "1e-24", "y"},
};
const int	unit_prefix_count = sizeof(unit_prefixes) / sizeof(UnitPrefix);

/* In the order of strcmp(). */
const UnitAtom unit_atoms[] = {
	UNIT("%", "%", false, NULL, "1", "10*-2"),
	SCALE("%[slope]", "%[SLOPE]", false, "%", "1", "rad", TANGENT),
	UNIT("'", "'", false, NULL, "1", "deg/60"),
	UNIT("''", "''", false, NULL, "1", "'/60"),
	UNIT("10*", "10*", false, "10", "10", "1"),
	UNIT("10^", "10^", false, "10", "10", "1"),
	UNIT("A", "A", true, NULL, "1", "C/s"),
	UNIT("AU", "ASU", false, NULL, "149597.870691", "Mm"),
	UNIT("Ao", "AO", false, "Å", "0.1", "nm"),
	SCALE("B", "B", true, NULL, "1", "1", LG),
	SCALE("B[10.nV]", "B[10.NV]", true, "B(10 nV)", "10", "nV", TWO_LG),
	SCALE("B[SPL]", "B[SPL]", true, "B(SPL)", "2", "10*-5.Pa", TWO_LG),
	SCALE("B[V]", "B[V]", true, "B(V)", "1", "V", TWO_LG),
	SCALE("B[W]", "B[W]", true, "B(W)", "1", "W", LG),
	SCALE("B[kW]", "B[KW]", true, "B(kW)", "1", "kW", LG),
	SCALE("B[mV]", "B[MV]", true, "B(mV)", "1", "mV", TWO_LG),
	SCALE("B[uV]", "B[UV]", true, "B(µV)", "1", "uV", TWO_LG),
	UNIT("Bd", "BD", true, NULL, "1", "/s"),
	UNIT("Bi", "BI", true, NULL, "10", "A"),
	UNIT("Bq", "BQ", true, NULL, "1", "s-1"),
	UNIT("By", "BY", true, "B", "8", "bit"),
	BASE("C", "C", UNIT_CHARGE),
	SCALE("Cel", "CEL", true, "°C", "1", "K", CELSIUS),
	UNIT("Ci", "CI", true, NULL, "37e9", "Bq"),
	UNIT("F", "F", true, NULL, "1", "C/V"),
	UNIT("G", "GS", true, NULL, "1e-4", "T"),
	UNIT("Gal", "GL", true, NULL, "1", "cm/s2"),
	UNIT("Gb", "GB", true, NULL, "1", "Oe.cm"),
	UNIT("Gy", "GY", true, NULL, "1", "J/kg"),
	UNIT("H", "H", true, NULL, "1", "Wb/A"),
	UNIT("Hz", "HZ", true, NULL, "1", "s-1"),
	UNIT("J", "J", true, NULL, "1", "N.m"),
	BASE("K", "K", UNIT_TEMPERATURE),
	UNIT("Ky", "KY", true, NULL, "1", "cm-1"),
	UNIT("L", "L", true, NULL, "1", "dm3"),
	UNIT("Lmb", "LMB", true, NULL, "1", "cd/cm2/[pi]"),
	UNIT("Mx", "MX", true, NULL, "1e-8", "Wb"),
	UNIT("N", "N", true, NULL, "1", "kg.m/s2"),
	SCALE("Np", "NEP", true, NULL, "1", "1", LN),
	UNIT("Oe", "OE", true, NULL, "250", "/[pi].A/m"),
	UNIT("Ohm", "OHM", true, "Ω", "1", "V/A"),
	UNIT("P", "P", true, NULL, "1", "dyn.s/cm2"),
	UNIT("Pa", "PAL", true, NULL, "1", "N/m2"),
	UNIT("R", "ROE", true, NULL, "2.58e-4", "C/kg"),
	UNIT("RAD", "[RAD]", true, NULL, "100", "erg/g"),
	UNIT("REM", "[REM]", true, NULL, "1", "RAD"),
	UNIT("S", "SIE", true, NULL, "1", "Ohm-1"),
	UNIT("St", "ST", true, NULL, "1", "cm2/s"),
	UNIT("Sv", "SV", true, NULL, "1", "J/kg"),
	UNIT("T", "T", true, NULL, "1", "Wb/m2"),
	UNIT("U", "U", true, NULL, "1", "umol/min"),
	UNIT("V", "V", true, NULL, "1", "J/C"),
	UNIT("W", "W", true, NULL, "1", "J/s"),
	UNIT("Wb", "WB", true, NULL, "1", "V.s"),
	ARBITRARY("[APL'U]", "[APL'U]", false, "APL U", 0),
	ARBITRARY("[AU]", "[AU]", false, "AU", 1),
	ARBITRARY("[Amb'a'1'U]", "[AMB'A'1'U]", false, "Amb a 1 U", 2),
	ARBITRARY("[BAU]", "[BAU]", false, "BAU", 3),
	UNIT("[Btu]", "[BTU]", false, "btu", "1", "[Btu_th]"),
	UNIT("[Btu_39]", "[BTU_39]", false, NULL, "1.05967", "kJ"),
	UNIT("[Btu_59]", "[BTU_59]", false, NULL, "1.05480", "kJ"),
	UNIT("[Btu_60]", "[BTU_60]", false, NULL, "1.05468", "kJ"),
	UNIT("[Btu_IT]", "[BTU_IT]", false, NULL, "1.05505585262", "kJ"),
	UNIT("[Btu_m]", "[BTU_M]", false, NULL, "1.05587", "kJ"),
	UNIT("[Btu_th]", "[BTU_TH]", false, NULL, "1.054350", "kJ"),
	ARBITRARY("[CCID_50]", "[CCID_50]", false, "CCID50", 4),
	ARBITRARY("[CFU]", "[CFU]", false, "CFU", 5),
	UNIT("[Cal]", "[CAL]", false, "Cal", "1", "kcal_th"),
	UNIT("[Ch]", "[CH]", false, "Ch", "1", "mm/3"),
	ARBITRARY("[D'ag'U]", "[D'AG'U]", false, NULL, 6),
	ARBITRARY("[EID_50]", "[EID_50]", false, "EID50", 7),
	ARBITRARY("[ELU]", "[ELU]", false, "ELU", 8),
	ARBITRARY("[EU]", "[EU]", false, "EU", 9),
	ARBITRARY("[FEU]", "[FEU]", false, "FEU", 10),
	ARBITRARY("[FFU]", "[FFU]", false, "FFU", 11),
	UNIT("[FNU]", "[FNU]", false, "FNU", "1", "1"),
	ARBITRARY("[GPL'U]", "[GPL'U]", false, "GPL U", 12),
	UNIT("[G]", "[GC]", true, "G", "6.67430e-11", "m3.kg-1.s-2"),
	UNIT("[HPF]", "[HPF]", false, "HPF", "1", "1"),
	UNIT("[HP]", "[HP]", false, "hp", "550", "[ft_i].[lbf_av]/s"),
	ARBITRARY("[IR]", "[IR]", false, "IR", 13),
	ARBITRARY("[IU]", "[IU]", true, "IU", 14),
	UNIT("[LPF]", "[LPF]", false, "LPF", "100", "1"),
	ARBITRARY("[Lf]", "[LF]", false, "Lf", 15),
	UNIT("[MET]", "[MET]", false, "MET", "3.5", "mL/min/kg"),
	ARBITRARY("[MPL'U]", "[MPL'U]", false, "MPL U", 16),
	UNIT("[NTU]", "[NTU]", false, "NTU", "1", "1"),
	ARBITRARY("[PFU]", "[PFU]", false, "PFU", 17),
	ARBITRARY("[PNU]", "[PNU]", false, "PNU", 18),
	UNIT("[PRU]", "[PRU]", false, "PRU", "1", "mm[Hg].s/ml"),
	UNIT("[S]", "[S]", false, "S", "1", "10*-13.s"),
	ARBITRARY("[TCID_50]", "[TCID_50]", false, "TCID50", 19),
	ARBITRARY("[USP'U]", "[USP'U]", false, "U.S.P.", 20),
	UNIT("[acr_br]", "[ACR_BR]", false, NULL, "4840", "[yd_br]2"),
	UNIT("[acr_us]", "[ACR_US]", false, NULL, "160", "[rd_us]2"),
	ARBITRARY("[anti'Xa'U]", "[ANTI'XA'U]", false, NULL, 21),
	ARBITRARY("[arb'U]", "[ARB'U]", false, "arb. U", 22),
	UNIT("[bbl_us]", "[BBL_US]", false, NULL, "42", "[gal_us]"),
	ARBITRARY("[bdsk'U]", "[BDSK'U]", false, NULL, 23),
	ARBITRARY("[beth'U]", "[BETH'U]", false, "BU", 24),
	UNIT("[bf_i]", "[BF_I]", false, NULL, "144", "[in_i]3"),
	UNIT("[bu_br]", "[BU_BR]", false, NULL, "4", "[pk_br]"),
	UNIT("[bu_us]", "[BU_US]", false, NULL, "2150.42", "[in_i]3"),
	UNIT("[c]", "[C]", true, "c", "299792458", "m/s"),
	UNIT("[car_Au]", "[CAR_AU]", false, NULL, "1", "/24"),
	UNIT("[car_m]", "[CAR_M]", false, "ct", "2e-1", "g"),
	UNIT("[cft_i]", "[CFT_I]", false, NULL, "1", "[ft_i]3"),
	UNIT("[ch_br]", "[CH_BR]", false, NULL, "4", "[rd_br]"),
	UNIT("[ch_us]", "[CH_US]", false, NULL, "4", "[rd_us]"),
	UNIT("[cicero]", "[CICERO]", false, NULL, "12", "[didot]"),
	UNIT("[cin_i]", "[CIN_I]", false, NULL, "1", "[in_i]3"),
	UNIT("[cml_i]", "[CML_I]", false, NULL, "1", "[pi]/4.[mil_i]2"),
	UNIT("[cr_i]", "[CR_I]", false, NULL, "128", "[ft_i]3"),
	UNIT("[crd_us]", "[CRD_US]", false, NULL, "128", "[ft_i]3"),
	UNIT("[cup_m]", "[CUP_M]", false, NULL, "240", "mL"),
	UNIT("[cup_us]", "[CUP_US]", false, "cup", "16", "[tbs_us]"),
	UNIT("[cyd_i]", "[CYD_I]", false, NULL, "1", "[yd_i]3"),
	SCALE("[degF]", "[DEGF]", false, "°F", "5", "K/9", FAHRENHEIT),
	UNIT("[degR]", "[DEGR]", false, "°R", "5", "K/9"),
	SCALE("[degRe]", "[DEGRE]", false, "°Ré", "5", "K/4", REAUMUR),
	UNIT("[den]", "[DEN]", false, "den", "1", "g/9/km"),
	UNIT("[didot]", "[DIDOT]", false, NULL, "1", "[ligne]/6"),
	UNIT("[diop]", "[DIOP]", false, "dpt", "1", "/m"),
	UNIT("[dpt_us]", "[DPT_US]", false, NULL, "1", "[dqt_us]/2"),
	UNIT("[dqt_us]", "[DQT_US]", false, NULL, "1", "[pk_us]/8"),
	UNIT("[dr_ap]", "[DR_AP]", false, NULL, "3", "[sc_ap]"),
	UNIT("[dr_av]", "[DR_AV]", false, NULL, "1", "[oz_av]/16"),
	UNIT("[drp]", "[DRP]", false, "drp", "1", "ml/20"),
	ARBITRARY("[dye'U]", "[DYE'U]", false, NULL, 25),
	UNIT("[e]", "[E]", true, "e", "1.602176634e-19", "C"),
	UNIT("[eps_0]", "[EPS_0]", true, "ε0", "8.854187817e-12", "F/m"),
	UNIT("[fdr_br]", "[FDR_BR]", false, NULL, "1", "[foz_br]/8"),
	UNIT("[fdr_us]", "[FDR_US]", false, NULL, "1", "[foz_us]/8"),
	UNIT("[foz_br]", "[FOZ_BR]", false, NULL, "1", "[gil_br]/5"),
	UNIT("[foz_m]", "[FOZ_M]", false, NULL, "30", "mL"),
	UNIT("[foz_us]", "[FOZ_US]", false, "fl oz", "1", "[gil_us]/4"),
	UNIT("[ft_br]", "[FT_BR]", false, NULL, "12", "[in_br]"),
	UNIT("[ft_i]", "[FT_I]", false, "ft", "12", "[in_i]"),
	UNIT("[ft_us]", "[FT_US]", false, "ft", "1200", "m/3937"),
	UNIT("[fth_br]", "[FTH_BR]", false, NULL, "6", "[ft_br]"),
	UNIT("[fth_i]", "[FTH_I]", false, "fth", "6", "[ft_i]"),
	UNIT("[fth_us]", "[FTH_US]", false, NULL, "6", "[ft_us]"),
	UNIT("[fur_us]", "[FUR_US]", false, NULL, "40", "[rd_us]"),
	UNIT("[g]", "[G]", true, "gn", "980665e-5", "m/s2"),
	UNIT("[gal_br]", "[GAL_BR]", false, NULL, "4.54609", "l"),
	UNIT("[gal_us]", "[GAL_US]", false, "gal", "231", "[in_i]3"),
	UNIT("[gal_wi]", "[GAL_WI]", false, NULL, "1", "[bu_us]/8"),
	UNIT("[gil_br]", "[GIL_BR]", false, NULL, "1", "[pt_br]/4"),
	UNIT("[gil_us]", "[GIL_US]", false, NULL, "1", "[pt_us]/4"),
	UNIT("[gr]", "[GR]", false, "gr", "64.79891", "mg"),
	UNIT("[h]", "[H]", true, "h", "6.62607015e-34", "J.s"),
	UNIT("[hd_i]", "[HD_I]", false, "hd", "4", "[in_i]"),
	UNIT("[hnsf'U]", "[HNSF'U]", false, "HU", "1", "1"),
	SCALE("[hp'_C]", "[HP'_C]", false, "C", "1", "1", MINUS_LOG100),
	SCALE("[hp'_M]", "[HP'_M]", false, "M", "1", "1", MINUS_LOG1000),
	SCALE("[hp'_Q]", "[HP'_Q]", false, "Q", "1", "1", MINUS_LOG50000),
	SCALE("[hp'_X]", "[HP'_X]", false, "X", "1", "1", MINUS_LG),
	ARBITRARY("[hp_C]", "[HP_C]", false, "C", 26),
	ARBITRARY("[hp_M]", "[HP_M]", false, "M", 27),
	ARBITRARY("[hp_Q]", "[HP_Q]", false, "Q", 28),
	ARBITRARY("[hp_X]", "[HP_X]", false, "X", 29),
	UNIT("[iU]", "[IU]", true, "IU", "1", "[IU]"),
	UNIT("[in_br]", "[IN_BR]", false, NULL, "2.539998", "cm"),
	UNIT("[in_i'H2O]", "[IN_I'H2O]", false, "inH2O", "1", "m[H2O].[in_i]/m"),
	UNIT("[in_i'Hg]", "[IN_I'HG]", false, "inHg", "1", "m[Hg].[in_i]/m"),
	UNIT("[in_i]", "[IN_I]", false, "in", "254e-2", "cm"),
	UNIT("[in_us]", "[IN_US]", false, NULL, "1", "[ft_us]/12"),
	UNIT("[k]", "[K]", true, "k", "1.380649e-23", "J/K"),
	ARBITRARY("[ka'U]", "[KA'U]", false, NULL, 30),
	UNIT("[kn_br]", "[KN_BR]", false, NULL, "1", "[nmi_br]/h"),
	UNIT("[kn_i]", "[KN_I]", false, "kn", "1", "[nmi_i]/h"),
	ARBITRARY("[knk'U]", "[KNK'U]", false, NULL, 31),
	ARBITRARY("[kp_C]", "[KP_C]", false, "C", 32),
	ARBITRARY("[kp_M]", "[KP_M]", false, "M", 33),
	ARBITRARY("[kp_Q]", "[KP_Q]", false, "Q", 34),
	ARBITRARY("[kp_X]", "[KP_X]", false, "X", 35),
	UNIT("[lb_ap]", "[LB_AP]", false, NULL, "12", "[oz_ap]"),
	UNIT("[lb_av]", "[LB_AV]", false, "lb", "7000", "[gr]"),
	UNIT("[lb_tr]", "[LB_TR]", false, NULL, "12", "[oz_tr]"),
	UNIT("[lbf_av]", "[LBF_AV]", false, "lbf", "1", "[lb_av].[g]"),
	UNIT("[lcwt_av]", "[LCWT_AV]", false, NULL, "112", "[lb_av]"),
	UNIT("[ligne]", "[LIGNE]", false, NULL, "1", "[pouce]/12"),
	UNIT("[lk_br]", "[LK_BR]", false, NULL, "1", "[ch_br]/100"),
	UNIT("[lk_us]", "[LK_US]", false, NULL, "1", "[ch_us]/100"),
	UNIT("[lne]", "[LNE]", false, NULL, "1", "[in_i]/12"),
	UNIT("[lton_av]", "[LTON_AV]", false, NULL, "20", "[lcwt_av]"),
	UNIT("[ly]", "[LY]", true, "ly", "1", "[c].a_j"),
	SCALE("[m/s2/Hz^(1/2)]", "[M/S2/HZ^(1/2)]", false, NULL, "1", "m2/s4/Hz", ROOT),
	UNIT("[m_e]", "[M_E]", true, NULL, "9.1093837139e-31", "kg"),
	UNIT("[m_p]", "[M_P]", true, NULL, "1.67262192595e-27", "kg"),
	ARBITRARY("[mclg'U]", "[MCLG'U]", false, NULL, 36),
	UNIT("[mesh_i]", "[MESH_I]", false, NULL, "1", "/[in_i]"),
	UNIT("[mi_br]", "[MI_BR]", false, NULL, "5280", "[ft_br]"),
	UNIT("[mi_i]", "[MI_I]", false, "mi", "5280", "[ft_i]"),
	UNIT("[mi_us]", "[MI_US]", false, NULL, "8", "[fur_us]"),
	UNIT("[mil_i]", "[MIL_I]", false, "mil", "1e-3", "[in_i]"),
	UNIT("[mil_us]", "[MIL_US]", false, NULL, "1e-3", "[in_us]"),
	UNIT("[min_br]", "[MIN_BR]", false, NULL, "1", "[fdr_br]/60"),
	UNIT("[min_us]", "[MIN_US]", false, NULL, "1", "[fdr_us]/60"),
	UNIT("[mu_0]", "[MU_0]", true, "µ0", "1", "4.[pi].10*-7.N/A2"),
	UNIT("[nmi_br]", "[NMI_BR]", false, NULL, "6080", "[ft_br]"),
	UNIT("[nmi_i]", "[NMI_I]", false, "nmi", "1852", "m"),
	UNIT("[oz_ap]", "[OZ_AP]", false, NULL, "8", "[dr_ap]"),
	UNIT("[oz_av]", "[OZ_AV]", false, "oz", "1", "[lb_av]/16"),
	UNIT("[oz_m]", "[OZ_M]", false, NULL, "28", "g"),
	UNIT("[oz_tr]", "[OZ_TR]", false, NULL, "20", "[pwt_tr]"),
	SCALE("[p'diop]", "[P'DIOP]", false, "PD", "1", "rad", TANGENT),
	SCALE("[pH]", "[PH]", false, "pH", "1", "mol/l", MINUS_LG),
	UNIT("[pc_br]", "[PC_BR]", false, NULL, "2.5", "[ft_br]"),
	UNIT("[pca]", "[PCA]", false, NULL, "12", "[pnt]"),
	UNIT("[pca_pr]", "[PCA_PR]", false, NULL, "12", "[pnt_pr]"),
	UNIT("[pi]", "[PI]", false, "π", PI, "1"),
	UNIT("[pied]", "[PIED]", false, NULL, "32.48", "cm"),
	UNIT("[pk_br]", "[PK_BR]", false, NULL, "2", "[gal_br]"),
	UNIT("[pk_us]", "[PK_US]", false, NULL, "1", "[bu_us]/4"),
	UNIT("[pnt]", "[PNT]", false, NULL, "1", "[lne]/6"),
	UNIT("[pnt_pr]", "[PNT_PR]", false, NULL, "0.013837", "[in_i]"),
	UNIT("[pouce]", "[POUCE]", false, NULL, "1", "[pied]/12"),
	UNIT("[ppb]", "[PPB]", false, "ppb", "1", "10*-9"),
	UNIT("[ppm]", "[PPM]", false, "ppm", "1", "10*-6"),
	UNIT("[ppth]", "[PPTH]", false, "ppth", "1", "10*-3"),
	UNIT("[pptr]", "[PPTR]", false, "pptr", "1", "10*-12"),
	UNIT("[psi]", "[PSI]", false, "psi", "1", "[lbf_av]/[in_i]2"),
	UNIT("[pt_br]", "[PT_BR]", false, NULL, "1", "[qt_br]/2"),
	UNIT("[pt_us]", "[PT_US]", false, "pt", "1", "[qt_us]/2"),
	UNIT("[pwt_tr]", "[PWT_TR]", false, NULL, "24", "[gr]"),
	UNIT("[qt_br]", "[QT_BR]", false, NULL, "1", "[gal_br]/4"),
	UNIT("[qt_us]", "[QT_US]", false, "qt", "1", "[gal_us]/4"),
	UNIT("[rch_us]", "[RCH_US]", false, NULL, "100", "[ft_us]"),
	UNIT("[rd_br]", "[RD_BR]", false, NULL, "16.5", "[ft_br]"),
	UNIT("[rd_us]", "[RD_US]", false, NULL, "16.5", "[ft_us]"),
	UNIT("[rlk_us]", "[RLK_US]", false, NULL, "1", "[rch_us]/100"),
	UNIT("[sc_ap]", "[SC_AP]", false, NULL, "20", "[gr]"),
	UNIT("[sct]", "[SCT]", false, NULL, "1", "[mi_us]2"),
	UNIT("[scwt_av]", "[SCWT_AV]", false, NULL, "100", "[lb_av]"),
	UNIT("[sft_i]", "[SFT_I]", false, NULL, "1", "[ft_i]2"),
	UNIT("[sin_i]", "[SIN_I]", false, NULL, "1", "[in_i]2"),
	ARBITRARY("[smgy'U]", "[SMGY'U]", false, NULL, 37),
	UNIT("[smi_us]", "[SMI_US]", false, NULL, "1", "[mi_us]2"),
	UNIT("[smoot]", "[SMOOT]", false, "smoot", "67", "[in_i]"),
	UNIT("[srd_us]", "[SRD_US]", false, NULL, "1", "[rd_us]2"),
	UNIT("[ston_av]", "[STON_AV]", false, NULL, "20", "[scwt_av]"),
	UNIT("[stone_av]", "[STONE_AV]", false, "st", "14", "[lb_av]"),
	UNIT("[syd_i]", "[SYD_I]", false, NULL, "1", "[yd_i]2"),
	ARBITRARY("[tb'U]", "[TB'U]", false, NULL, 38),
	UNIT("[tbs_m]", "[TBS_M]", false, NULL, "15", "mL"),
	UNIT("[tbs_us]", "[TBS_US]", false, "tbsp", "1", "[foz_us]/2"),
	ARBITRARY("[todd'U]", "[TODD'U]", false, NULL, 39),
	UNIT("[tsp_m]", "[TSP_M]", false, NULL, "5", "mL"),
	UNIT("[tsp_us]", "[TSP_US]", false, "tsp", "1", "[tbs_us]/3"),
	UNIT("[twp]", "[TWP]", false, NULL, "36", "[sct]"),
	UNIT("[wood'U]", "[WOOD'U]", false, "WU", "1", "mm[Hg].min/L"),
	UNIT("[yd_br]", "[YD_BR]", false, NULL, "3", "[ft_br]"),
	UNIT("[yd_i]", "[YD_I]", false, "yd", "3", "[ft_i]"),
	UNIT("[yd_us]", "[YD_US]", false, "yd", "3", "[ft_us]"),
	UNIT("a", "ANN", false, NULL, "1", "a_j"),
	UNIT("a_g", "ANN_G", false, NULL, "365.2425", "d"),
	UNIT("a_j", "ANN_J", false, NULL, "365.25", "d"),
	UNIT("a_t", "ANN_T", false, NULL, "365.24219", "d"),
	UNIT("ar", "AR", true, NULL, "100", "m2"),
	UNIT("atm", "ATM", false, NULL, "101325", "Pa"),
	UNIT("att", "ATT", false, "at", "1", "kgf/cm2"),
	UNIT("b", "BRN", false, NULL, "100", "fm2"),
	UNIT("bar", "BAR", true, NULL, "1e5", "Pa"),
	UNIT("bit", "BIT", true, NULL, "1", "1"),
	SCALE("bit_s", "BIT_S", false, NULL, "1", "1", LD),
	UNIT("cal", "CAL", true, NULL, "1", "cal_th"),
	UNIT("cal_IT", "CAL_IT", true, NULL, "4.1868", "J"),
	UNIT("cal_[15]", "CAL_[15]", true, NULL, "4.18580", "J"),
	UNIT("cal_[20]", "CAL_[20]", true, NULL, "4.18190", "J"),
	UNIT("cal_m", "CAL_M", true, NULL, "4.19002", "J"),
	UNIT("cal_th", "CAL_TH", true, NULL, "4.184", "J"),
	BASE("cd", "CD", UNIT_LUMINOSITY),
	UNIT("circ", "CIRC", false, NULL, "2", "[pi].rad"),
	UNIT("d", "D", false, NULL, "24", "h"),
	UNIT("deg", "DEG", false, "°", "2", "[pi].rad/360"),
	UNIT("dyn", "DYN", true, NULL, "1", "g.cm/s2"),
	UNIT("eV", "EV", true, NULL, "1", "[e].V"),
	UNIT("eq", "EQ", true, NULL, "1", "mol"),
	UNIT("erg", "ERG", true, NULL, "1", "dyn.cm"),
	BASE("g", "G", UNIT_MASS),
	UNIT("g%", "G%", true, NULL, "1", "g/dl"),
	UNIT("gf", "GF", true, NULL, "1", "g.[g]"),
	UNIT("gon", "GON", false, NULL, "0.9", "deg"),
	UNIT("h", "HR", false, NULL, "60", "min"),
	UNIT("kat", "KAT", true, NULL, "1", "mol/s"),
	UNIT("l", "L", true, NULL, "1", "L"),
	UNIT("lm", "LM", true, NULL, "1", "cd.sr"),
	UNIT("lx", "LX", true, NULL, "1", "lm/m2"),
	BASE("m", "M", UNIT_LENGTH),
	UNIT("m[H2O]", "M[H2O]", true, "mH2O", "980665e-5", "kPa"),
	UNIT("m[Hg]", "M[HG]", true, "mHg", "133.3220", "kPa"),
	UNIT("mho", "MHO", true, NULL, "1", "S"),
	UNIT("min", "MIN", false, NULL, "60", "s"),
	UNIT("mo", "MO", false, NULL, "1", "mo_j"),
	UNIT("mo_g", "MO_G", false, NULL, "1", "a_g/12"),
	UNIT("mo_j", "MO_J", false, NULL, "1", "a_j/12"),
	UNIT("mo_s", "MO_S", false, NULL, "29.53059", "d"),
	UNIT("mol", "MOL", true, NULL, "6.02214076", "10*23"),
	UNIT("osm", "OSM", true, NULL, "1", "mol"),
	UNIT("pc", "PRS", true, NULL, "3.085678e16", "m"),
	UNIT("ph", "PHT", true, NULL, "1e-4", "lx"),
	BASE("rad", "RAD", UNIT_ANGLE),
	BASE("s", "S", UNIT_TIME),
	UNIT("sb", "SB", true, NULL, "1", "cd/cm2"),
	UNIT("sph", "SPH", false, NULL, "4", "[pi].sr"),
	UNIT("sr", "SR", true, NULL, "1", "rad2"),
	UNIT("st", "STR", true, NULL, "1", "m3"),
	UNIT("t", "TNE", true, NULL, "1e3", "kg"),
	UNIT("tex", "TEX", true, NULL, "1", "g/km"),
	UNIT("u", "AMU", true, NULL, "1.66053906660e-24", "g"),
	UNIT("wk", "WK", false, NULL, "7", "d"),
};
const int	unit_atom_count = sizeof(unit_atoms) / sizeof(UnitAtom);

static char
fold(char c)
{
	return c >= 'a' && c <= 'z' ? (char) (c - 'a' + 'A') : c;
}

/* Compare a name that is not terminated with one that is. */
static int
compare(const char *name, size_t length, const char *code)
{
	int			order = strncmp(name, code, length);

	return order != 0 ? order : -(code[length] != '\0');
}

/* The length of a code that a name starts with; 0 if it does not. */
static size_t
starts_with(const char *name, size_t length, bool ignore_case,
			const char *code)
{
	size_t		i;

	for (i = 0; code[i] != '\0'; i++)
	{
		if (i == length ||
			(ignore_case ? fold(name[i]) : name[i]) != code[i])
			return 0;
	}
	return i;
}

static const UnitAtom *
find_atom(const char *name, size_t length, bool ignore_case)
{
	int			low = 0;
	int			high = unit_atom_count;

	if (ignore_case)
	{
		for (int i = 0; i < unit_atom_count; i++)
		{
			if (starts_with(name, length, true, unit_atoms[i].upper) == length)
				return &unit_atoms[i];
		}
		return NULL;
	}
	while (low < high)
	{
		int			middle = (low + high) / 2;
		int			order = compare(name, length, unit_atoms[middle].code);

		if (order == 0)
			return &unit_atoms[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

/* No name can be taken apart in two ways, but for units that are whole. */
bool
unit_find(const char *name, size_t length, bool ignore_case,
		  const UnitPrefix **prefix, const UnitAtom **atom)
{
	*prefix = NULL;
	*atom = length > 0 ? find_atom(name, length, ignore_case) : NULL;
	if (*atom != NULL)
		return true;
	for (int i = 0; i < unit_prefix_count; i++)
	{
		size_t		start = starts_with(name, length, ignore_case,
										ignore_case ? unit_prefixes[i].upper :
										unit_prefixes[i].code);

		if (start == 0 || start == length)
			continue;
		*atom = find_atom(name + start, length - start, ignore_case);
		if (*atom != NULL && (*atom)->metric)
		{
			*prefix = &unit_prefixes[i];
			return true;
		}
	}
	return false;
}
