# expects: syntax, raised
# when: load
text = "\0 and a lone surrogate \ud800"
raise ValueError(text)
