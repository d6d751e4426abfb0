"""Model papers: plain starting points for the papers that groups are asked for, filled in from a group's profile.

The words are the TOML files beside this module, one a paper (loading.py says how they are written), what is filled
in is told by values.py, the document is made by filling.py and becomes a Word file in word.py.
"""

from groups.model_papers.filling import MARK, ModelDocument, model_paper
from groups.model_papers.loading import ModelPaperFault, has_model, model_keys
from groups.model_papers.values import Values, values_of
from groups.model_papers.word import render_model_paper

__all__ = [
    "MARK",
    "ModelDocument",
    "ModelPaperFault",
    "Values",
    "has_model",
    "model_keys",
    "model_paper",
    "render_model_paper",
    "values_of",
]
