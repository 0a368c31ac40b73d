"""The network of the source: mesh to force to motion, with pictures beside it, to action units.

Mesh convolution (Eq. 7), regression of the physics (Eq. 8), a decoder that solves the equation of
motion and has nothing to learn (Eq. 9, 10), a frozen image branch (Eq. 11), a shallow head
(Eq. 12). Needs torch.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sp
import torch
from torch import Tensor, nn
from torch.nn import functional

from fau_teach.face import Face, face
from fau_teach.force import reduced
from fau_teach.force import torch_dynamics as dynamics
from fau_teach.force.variants import Variant, checked
from fau_teach.force.variants import force_map as printed_map
from fau_teach.models import card
from fau_teach.models.mesh import Stage, stages

FEATURES = ("geometry", "force", "position", "physics", "image", "fusion")
"""What the head may see; the rows of Table 1."""
_PARTS: Mapping[str, str] = {
    "geometry": "z", "force": "f", "position": "c", "physics": "fc", "image": "i", "fusion": "fci",
}  # fmt: skip


class Seen(NamedTuple):
    """What one pass gives.

    Attributes
    ----------
    logits : (B, T, R)
    forces : (B, T, M, D) activations (D = 1) or 3-vectors, or ``None``
    model : (B, T, K) coordinates of the decoder, or ``None``
    """

    logits: Tensor
    forces: Tensor | None
    model: Tensor | None


class _Sparse(torch.autograd.Function):
    """Product of a fixed sparse matrix with a dense one; its gradient needs the transpose."""

    @staticmethod
    def forward(ctx: Any, matrix: Tensor, transposed: Tensor, dense: Tensor) -> Tensor:
        ctx.save_for_backward(transposed)
        return torch.mm(matrix, dense)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[None, None, Tensor]:
        (transposed,) = ctx.saved_tensors
        return None, None, torch.mm(transposed, grads[0].contiguous())


class Sparse(nn.Module):
    """A fixed sparse matrix (N', N) that acts on the first axis of (N, ...)."""

    def __init__(self, matrix: sp.csr_array) -> None:
        super().__init__()
        for name, one in (("matrix", matrix.copy()), ("transposed", sp.csr_array(matrix.T))):
            one.sum_duplicates()
            rows, columns = torch.tensor(one.indptr), torch.tensor(one.indices)
            with warnings.catch_warnings():
                # torch calls this form of sparse tensors new; products are all that we need.
                warnings.simplefilter("ignore", UserWarning)
                kept = torch.sparse_csr_tensor(
                    rows, columns, torch.tensor(one.data).float(), size=one.shape,
                    check_invariants=True,
                )  # fmt: skip
            self.register_buffer(name, kept, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """(N, ...) to (N', ...)."""
        product: Any = _Sparse.apply
        found: Tensor = product(self.matrix, self.transposed, x.reshape(len(x), -1))
        return found.view(-1, *x.shape[1:])


class MeshConv(nn.Module):
    """Chebyshev convolution on a graph: (N, F, C) to (N, F, C')."""

    def __init__(self, stage: Stage, channels: int, out: int, order: int) -> None:
        super().__init__()
        self.shift, self.order = Sparse(stage.laplacian), order
        self.mix = nn.Linear(order * channels, out)

    def forward(self, x: Tensor) -> Tensor:
        """Polynomials of the Laplacian, mixed alike at every vertex."""
        terms = [x, self.shift(x)]
        while len(terms) < self.order:
            terms.append(2 * self.shift(terms[-1]) - terms[-2])
        found: Tensor = self.mix(torch.cat(terms[: self.order], -1))
        return found


class MeshEncoder(nn.Module):
    """Eq. 7, z^3d = E(u): (..., N, 3) [mm] to (..., latent), after CoMA.

    Parameters
    ----------
    found : stages of the mesh, the finest first
    latent, widths, order : sizes; the last width serves all further stages

    Source: S1-017.
    """

    def __init__(
        self,
        found: Sequence[Stage],
        latent: int | None = None,
        widths: Sequence[int] | None = None,
        order: int | None = None,
    ) -> None:
        super().__init__()
        wide = tuple(widths or (card.whole("width"),))
        wide = (3, *wide, *wide[-1:] * (len(found) - len(wide)))
        pairs = zip(found, wide, wide[1:], strict=False)
        layers: list[nn.Module] = []
        for stage, channels, out in pairs:
            conv = MeshConv(stage, channels, out, order or card.whole("order"))
            layers += [conv, nn.ELU(), Sparse(stage.pool)]
        self.layers = nn.Sequential(*layers)
        flat = found[-1].pool.shape[0] * wide[len(found)]
        self.out = nn.Linear(flat, latent or card.whole("latent"))

    def forward(self, u: Tensor) -> Tensor:
        """Vertices come first inside, so that one sparse product serves all frames."""
        lead = u.shape[:-2]
        x = self.layers(u.reshape(-1, *u.shape[-2:]).transpose(0, 1).contiguous())
        found: Tensor = self.out(x.transpose(0, 1).reshape(x.shape[1], -1))
        return found.view(*lead, -1)


class Regression(nn.Module):
    """Eq. 8, the physics from z^3d and its neighbours in time.

    ``"used"``: activations >= 0, one a muscle; mass is computed. ``"printed"``: a 3-vector a
    muscle and a mass matrix by its Cholesky factor, one for the sequence.

    Source: S1-018; E1-06, E1-07.
    """

    def __init__(self, latent: int, muscles: int, coordinates: int, variant: Variant) -> None:
        super().__init__()
        self.used, self.muscles = checked(variant) == "used", muscles
        near, wide = card.whole("context"), card.whole("hidden")
        self.near = nn.Conv1d(latent, wide, 2 * near + 1, padding=near, padding_mode="replicate")
        self.force = nn.Linear(wide, muscles * (1 if self.used else 3))
        if not self.used:
            self.mass = nn.Linear(wide, coordinates * (coordinates + 1) // 2)
            # A force acts on all later frames, so that training begins without any.
            for layer, size in ((self.mass, 1e-3), (self.force, 1e-4)):
                nn.init.normal_(layer.weight, std=size)
                nn.init.zeros_(layer.bias)

    def forward(self, z: Tensor) -> tuple[Tensor, Tensor | None]:
        """(B, T, latent) to forces (B, T, M, D), and mass (B, K, K) or ``None``."""
        h = functional.elu(self.near(z.mT).mT)
        raw = self.force(h)
        if self.used:
            return functional.softplus(raw - 0.5, beta=4).unsqueeze(-1), None
        return raw.view(*raw.shape[:-1], self.muscles, 3), dynamics.spd(self.mass(h.mean(-2)))


@dataclass(frozen=True, slots=True)
class Shape:
    """Everything that decides which numbers a net holds.

    Parameters
    ----------
    features : what the head sees, one of ``FEATURES``
    variant : ``"used"`` or ``"printed"``
    codes : action units
    width : length of z^2d, where pictures are seen
    step : time between frames [s]
    level : of the mesh
    """

    features: str = "physics"
    variant: Variant = "used"
    codes: tuple[str, ...] = ()
    width: int = 0
    step: float = 1 / card.number("rate")
    level: int = 0


class ForceNet(nn.Module):
    """The whole network.

    Parameters
    ----------
    shape : sizes and variant
    backbone : any module from pictures (..., H, W, 3) of 8 bits to (..., d); it is frozen. Without
        one, features that were computed before are handed in
    who : the face whose mass, stiffness and muscles the decoder has; the standard face

    Notes
    -----
    The head sees forces, observed coordinates and picture features: M + K + d numbers with one
    activation a muscle, 3M + K + d with 3-vectors.

    Source: S1-004, S1-017 to S1-022, S1-061; E1-06, E1-07.
    """

    def __init__(
        self, shape: Shape, backbone: nn.Module | None = None, who: Face | None = None
    ) -> None:
        super().__init__()
        if shape.features not in FEATURES:
            raise ValueError(f"features {shape.features!r}: choose from {', '.join(FEATURES)}.")
        if "i" in _PARTS[shape.features] and not shape.width:
            raise ValueError(f"features {shape.features!r} need the width of z^2d.")
        self.shape, self.parts = shape, _PARTS[shape.features]
        self.used = checked(shape.variant) == "used"
        self.backbone = None if backbone is None else frozen(backbone)
        standard = who or face()
        muscles = coordinates = len(standard.strengths)
        latent = card.whole("latent")
        if set(self.parts) & set("zf"):
            self.encoder = MeshEncoder(stages(standard.hierarchy, shape.level), latent)
        if "f" in self.parts:
            self.regression = Regression(latent, muscles, coordinates, shape.variant)
            system = reduced(standard)
            if self.used:
                self.decoder = dynamics.Propagator(system, shape.step)
            else:
                share = np.linalg.norm(standard.P.reshape(-1, 3, muscles), axis=1)
                gain = printed_map(system.B.reshape(coordinates, -1, 3), share)
                # Mass is free, so that the unit of G is: rows of size 1 suit the first steps.
                scale = np.sqrt(coordinates) / np.linalg.norm(gain)
                self.gain: Tensor
                self.register_buffer("gain", torch.tensor(gain * scale).float(), persistent=False)
        widths = {"z": latent, "f": muscles * (1 if self.used else 3), "c": coordinates,
                  "i": shape.width}  # fmt: skip
        self.width = sum(widths[part] for part in self.parts)
        hidden = card.whole("hidden")
        self.head = nn.Sequential(
            nn.Linear(self.width, hidden), nn.ReLU(), nn.Linear(hidden, len(shape.codes))
        )

    def decode(self, forces: Tensor, mass: Tensor | None, c: Tensor) -> Tensor:
        """Eq. 9 and 10: coordinates (B, T, K) that the forces (B, T, M, D) bring about.

        Used: from rest under the first activation, by the closed form. Printed: Eq. 6 with unit
        step, the first two frames copied from the observation `c`.
        """
        if mass is None:
            a = forces[..., 0]
            return self.decoder.closed(a, c0=a[..., 0, :]).c
        return dynamics.printed(forces.flatten(-2), mass, self.gain, c[..., 0, :], c[..., 1, :])

    def forward(
        self, u: Tensor | None = None, c: Tensor | None = None, image: Tensor | None = None
    ) -> Seen:
        """Sequences to logits, forces and reconstruction.

        Parameters
        ----------
        u : (B, T, N, 3) displacement of the mesh [mm]
        c : (B, T, K) observed coordinates
        image : (B, T, d) features, or pictures if there is a backbone

        Raises
        ------
        ValueError
            What the features need is missing.
        """
        wanted = {"z": ("u",), "f": ("u", "c"), "c": ("c",), "i": ("image",)}
        given = {"u": u, "c": c, "image": image}
        for name in (name for part in self.parts for name in wanted[part]):
            if given[name] is None:
                raise ValueError(f"features {self.shape.features!r} need {name}.")
        forces = model = None
        found: dict[str, Any] = {"c": c}
        if u is not None and hasattr(self, "encoder"):
            found["z"] = self.encoder(u)
        if "f" in self.parts:
            forces, mass = self.regression(found["z"])
            model = self.decode(forces, mass, found["c"])
            found["f"] = forces.flatten(-2)
        if "i" in self.parts:
            found["i"] = image if self.backbone is None else self.backbone(image)
        logits = self.head(torch.cat([found[part] for part in self.parts], -1))
        return Seen(logits, forces, model)

    def about(self) -> dict[str, Any]:
        """The shape as plain values, for the header of a checkpoint."""
        return asdict(self.shape)


def frozen(backbone: nn.Module) -> nn.Module:
    """The module without gradients and without training mode, for good.

    Source: S1-021.
    """
    backbone.requires_grad_(False).eval()
    backbone.train = lambda mode=True: backbone  # type: ignore[method-assign]  # noqa: ARG005
    return backbone
