"""Makes test/fixtures/eigenvalues.json with numpy: spectra of matrices that the tests build from the same formulas.

Run: /usr/bin/python3 packages/entropy-sgd/test/oracle/makeEigenvalues.py
"""
import json
import pathlib

import numpy

n = 60
i, j = numpy.meshgrid(numpy.arange(n), numpy.arange(n), indexing="ij")
matrices = {
    # Entries in exact arithmetic up to the last division: the same bits in every language.
    "indefinite": ((i * j + 3 * (i + j)) % 17 - 8) / 17,
    "hilbert": 1 / (i + j + 1),
    "arrow": numpy.where(i == j, i / 4 - 3, numpy.where((i == 0) | (j == 0), 0.5, 0.0)),
}
values = {name: list(numpy.linalg.eigvalsh(matrix)) for name, matrix in matrices.items()}
out = pathlib.Path(__file__).parent.parent / "fixtures" / "eigenvalues.json"
out.write_text(json.dumps({"numpy": numpy.__version__, "n": n, "values": values}, indent=1) + "\n")
