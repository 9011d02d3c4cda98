"""Does what a file calls exist here? Walks the file with the installed packages themselves as the judge.

Read from the top, for a module imports only from those below it (`.importlinter` keeps it so):

| what | modules |
|---|---|
| the job, and one question | `run`, `lookup` |
| a file, statement by statement and expression by expression | `walk`, `expressions`, `locals_`, `scopes`, `guards` |
| a call held against what is called | `calls`, `trials`, `stand_ins`, `literals`, `options`, `handed`, `deprecations` |
| what may be an option in a constant | `words` |
| what only one package knows | `adapters`, `adapter_*`, `django_settings`, `project_tools` |
| the type checker's claims, put to the real objects | `arbitration`, `origins`, `named` |
| how a library's code ends when it is read | `answering`, `refusals`, `decided`, `ways` |
| signatures through every way of handing on | `signatures`, `forwarding` |
| what a call gives and an instance holds | `stored`, `results`, `elements`, `documented`, `annotations` |
| what stands behind a name | `members`, `values` |
| sources and imports | `spoken`, `sources`, `parsing`, `installed`, `loading`, `compiled` |
| what is said in the end | `claims`, `history`, `reproducers` |

Looking up a member may need code read, which looks up members: the lower module asks in `asking`, the upper answers.
"""
