# packages: textdistance
"""How far texts are apart."""
import textdistance as td

for a, b in (("kitten", "sitting"), ("test", "text"), ("", "abc"), ("same", "same")):
    print(a, b, [round(f(a, b), 4) for f in (td.levenshtein, td.damerau_levenshtein, td.hamming, td.jaro_winkler, td.jaccard, td.sorensen_dice, td.lcsseq.distance, td.ratcliff_obershelp, td.needleman_wunsch, td.mra)])
print(td.lcsstr("abcdef", "xbcdy"), td.levenshtein.normalized_similarity("ab", "ac"), td.Jaccard(qval=2)("nelson", "neilsen"))
