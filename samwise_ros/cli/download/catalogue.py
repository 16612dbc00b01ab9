"""The files that `samwise download` can download: their URLs, sizes and checksums.

Sizes and checksums are those that Hugging Face's file pages and independent lists agree on for
these revisions. ``None`` stands for an unknown one.
"""

from dataclasses import dataclass

from samwise_ros.network.checkpoints.model_home import RELEASED_MODELS

_META = "https://dl.fbaipublicfiles.com/segment_anything_2/072824"
_DRIVE = "https://drive.google.com/file/d"
_HUB = "https://huggingface.co"


@dataclass(frozen=True)
class RemoteFile:
    """A file at an address.

    Attributes:
        name: the file's name on disk.
        address: a plain address, or the page of a file on Google Drive.
        size: in bytes, if known.
        sha256: hexadecimal, if known.
    """

    name: str
    address: str
    size: int | None = None
    sha256: str | None = None


@dataclass(frozen=True)
class HubFile:
    """A file of a repository on Hugging Face, at a pinned revision.

    Attributes:
        name: the file's name in the repository and on disk.
        repository: as ``owner/name``.
        revision: a commit.
        size: in bytes, if known.
        sha256: hexadecimal, if known.
    """

    name: str
    repository: str
    revision: str
    size: int | None = None
    sha256: str | None = None

    @property
    def address(self) -> str:
        """The URL of the file."""
        return f"{_HUB}/{self.repository}/resolve/{self.revision}/{self.name}"


@dataclass(frozen=True)
class Download:
    """Files that belong together.

    Attributes:
        about: what they are, in a few words.
        files: one or more.
    """

    about: str
    files: tuple[RemoteFile | HubFile, ...]


def _sam2(size: str, size_bytes: int, sha256: str) -> Download:
    name = f"sam2_hiera_{size}.pt"
    file = RemoteFile(name, f"{_META}/{name}", size_bytes, sha256)
    return Download(f"SAM 2 Hiera-{size}", (file,))


def _roberta(name: str, size: int, sha256: str) -> HubFile:
    revision = "e2da8e2f811d1448a5b465c236feacd80ffbac7b"
    return HubFile(name, "FacebookAI/roberta-base", revision, size, sha256)


def _clip(name: str, size: int, sha256: str) -> HubFile:
    revision = "3d74acf9a28c67741b2f4f2ea7635f0aaf6f0268"
    return HubFile(name, "openai/clip-vit-base-patch32", revision, size, sha256)


def _samwise(name: str, drive_id: str) -> Download:
    model = RELEASED_MODELS[name]
    # The tokenizer comes first: it is small, and shows at once whether the network is there.
    files = (_ROBERTA_TOKENIZER, RemoteFile(model.file, f"{_DRIVE}/{drive_id}/view"))
    return Download(f"SAMWISE {model.about}", files)


_ROBERTA_TOKENIZER = _roberta(
    "tokenizer.json",
    1355863,
    "847bbeab6174d66a88898f729d52fa8d355fafe1bea101cf960dd404581df70e",
)

DOWNLOADS: dict[str, Download] = {
    "samwise_mevis": _samwise("samwise_mevis", "1Molt2up2bP41ekeczXWQU-LWTskKJOV2"),
    "samwise_ref_youtube_vos": _samwise(
        "samwise_ref_youtube_vos", "17Ei9XU678tCiiV14c-9EB9ZqXVrj4qEw"
    ),
    "samwise_refcoco": _samwise("samwise_refcoco", "1gRGzARDjIisZ3PnCW77Y9TMM_SbV8aaa"),
    "sam2_tiny": _sam2(
        "tiny", 155906050, "65b50056e05bcb13694174f51bb6da89c894b57b75ccdf0ba6352c597c5d1125"
    ),
    "sam2_small": _sam2(
        "small", 184309650, "95949964d4e548409021d47b22712d5f1abf2564cc0c3c765ba599a24ac7dce3"
    ),
    "sam2_base_plus": _sam2(
        "base_plus", 323493298, "d0bb7f236400a49669ffdd1be617959a8b1d1065081789d7bbff88eded3a8071"
    ),
    "sam2_large": _sam2(
        "large", 897952466, "7442e4e9b732a508f80e141e7c2913437a3610ee0c77381a66658c3a445df87b"
    ),
    "roberta_base": Download(
        "RoBERTa-base: text weights and tokenizer, to train from",
        (
            _ROBERTA_TOKENIZER,
            _roberta(
                "model.safetensors",
                498818054,
                "5bde1d28afb363d0103324efeb5afc8b2b397fe5e04beabb9b1ef355255ade81",
            ),
        ),
    ),
    "clip_base": Download(
        "CLIP-B (ViT-B/32), complete: text weights and tokenizer, to train from",
        (
            _clip(
                "tokenizer.json",
                2224041,
                "b556ac8c99757ffb677208af34bc8c6721572114111a6e0aaf5fa69ff0b8d842",
            ),
            _clip(
                "pytorch_model.bin",
                605247071,
                "a63082132ba4f97a80bea76823f544493bffa8082296d62d71581a4feff1576f",
            ),
        ),
    ),
}
"""All that can be downloaded, by name. The SAMWISE models are installed as model folders."""


def trained_frames(file: str) -> int | None:
    """Return how many frames the training clips of a released checkpoint had, by its name.

    >>> trained_frames("pretrained_model.pth"), trained_frames("mine.pth")
    (1, None)
    """
    frames = {model.file: model.trained_frames for model in RELEASED_MODELS.values()}
    return frames.get(file)
