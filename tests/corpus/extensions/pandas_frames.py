# packages: pandas
# beside: no
"""Frames and series: groups, joins, missing values, functions of Python applied to rows."""
import pandas as pd

frame = pd.DataFrame({"who": ["ada", "bob", "ada", "cyd"], "n": [3, 1, 4, 1], "x": [0.5, None, 1.5, 2.5]})
print(frame.groupby("who")["n"].agg(["sum", "max"]))
print(frame.apply(lambda row: f"{row['who']}{row['n']}", axis=1).tolist())
frame["twice"] = frame["n"].map(lambda n: n * 2)
print(frame.sort_values(["n", "who"]).reset_index(drop=True))
other = pd.DataFrame({"who": ["ada", "cyd"], "age": [36, 20]})
print(frame.merge(other, on="who", how="left"))
print(frame["x"].fillna(frame["x"].mean()).round(2).tolist(), frame.isna().sum().to_dict())
times = pd.date_range("2024-02-27", periods=4, freq="D")
series = pd.Series(range(4), index=times)
print(series.resample("2D").sum(), series.rolling(2).mean().tolist())
print(pd.cut(frame["n"], [0, 2, 5], labels=["low", "high"]).value_counts().sort_index())
for bad in (lambda: frame["none"], lambda: frame.loc[99], lambda: pd.to_datetime("not a day")):
    try:
        bad()
    except Exception as error:
        print(type(error).__name__)
wide = frame.pivot_table(index="who", columns="n", values="x", aggfunc="sum")
print(wide.shape, wide.columns.tolist())
del frame, wide
