# packages: sqlparse
"""SQL taken apart and put in order."""
import sqlparse

sql = "select a, count(*) as n from t left join u on t.id=u.id where x in (1,2) and y like 'z%' group by a having n>1 order by a desc; insert into t values (1,'x');"
print(sqlparse.format(sql, reindent=True, keyword_case="upper"))
for statement in sqlparse.parse(sql):
    print(statement.get_type(), [type(t).__name__ for t in statement.tokens if not t.is_whitespace])
print(len(sqlparse.split(sql)), sqlparse.format("-- c\nselect 1 /* d */", strip_comments=True))
