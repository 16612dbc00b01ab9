"""What can be downloaded: where it is, what it must be, and what to do with it.

Sizes and checksums are what Hugging Face's file pages and independent lists agree on for these
revisions; where nothing was found, nothing stands here.
"""

from dataclasses import dataclass

_META = "https://dl.fbaipublicfiles.com/segment_anything_2/072824"
_ROBERTA = (
    "https://huggingface.co/FacebookAI/roberta-base/resolve/"
    "e2da8e2f811d1448a5b465c236feacd80ffbac7b"
)
_CLIP = (
    "https://huggingface.co/openai/clip-vit-base-patch32/resolve/"
    "3d74acf9a28c67741b2f4f2ea7635f0aaf6f0268"
)
_DRIVE = "https://drive.google.com/file/d"


@dataclass(frozen=True)
class RemoteFile:
    """One file and what is known of it.

    Attributes:
        name: what it is called here and there.
        address: where it is.
        size: in bytes; ``None``: not known.
        sha256: hexadecimal; ``None``: not known.
    """

    name: str
    address: str
    size: int | None = None
    sha256: str | None = None


@dataclass(frozen=True)
class Download:
    """Files that belong together.

    Attributes:
        about: what it is, in a few words.
        files: one or more.
        by_hand: whether only a browser gets them; a program is given a page that asks questions.
        trained_frames: of a SAMWISE checkpoint: frames of the clips it was trained on.
    """

    about: str
    files: tuple[RemoteFile, ...]
    by_hand: bool = False
    trained_frames: int | None = None


def _sam2(size: str, bytes_: int, sha256: str) -> Download:
    name = f"sam2_hiera_{size}.pt"
    return Download(f"SAM 2 Hiera-{size}", (RemoteFile(name, f"{_META}/{name}", bytes_, sha256),))


def _samwise(about: str, name: str, drive_id: str, frames: int) -> Download:
    file = RemoteFile(name, f"{_DRIVE}/{drive_id}/view")
    return Download(f"SAMWISE {about}", (file,), by_hand=True, trained_frames=frames)


DOWNLOADS: dict[str, Download] = {
    "samwise_mevis": _samwise(
        "trained on MeViS", "final_model_mevis.pth", "1Molt2up2bP41ekeczXWQU-LWTskKJOV2", 8
    ),
    "samwise_ref_youtube_vos": _samwise(
        "trained on Ref-YouTube-VOS, also for Ref-DAVIS17",
        "final_model_ytvos.pth",
        "17Ei9XU678tCiiV14c-9EB9ZqXVrj4qEw",
        8,
    ),
    "samwise_refcoco": _samwise(
        "pre-trained on images, RefCOCO/+/g",
        "pretrained_model.pth",
        "1gRGzARDjIisZ3PnCW77Y9TMM_SbV8aaa",
        1,
    ),
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
        "RoBERTa-base: text weights and tokenizer, for SAMWISE's checkpoints too",
        (
            RemoteFile(
                "tokenizer.json",
                f"{_ROBERTA}/tokenizer.json",
                1355863,
                "847bbeab6174d66a88898f729d52fa8d355fafe1bea101cf960dd404581df70e",
            ),
            RemoteFile(
                "model.safetensors",
                f"{_ROBERTA}/model.safetensors",
                498818054,
                "5bde1d28afb363d0103324efeb5afc8b2b397fe5e04beabb9b1ef355255ade81",
            ),
        ),
    ),
    "clip_base": Download(
        "CLIP-B (ViT-B/32), whole: text weights and tokenizer",
        (
            RemoteFile(
                "tokenizer.json",
                f"{_CLIP}/tokenizer.json",
                2224041,
                "b556ac8c99757ffb677208af34bc8c6721572114111a6e0aaf5fa69ff0b8d842",
            ),
            RemoteFile(
                "pytorch_model.bin",
                f"{_CLIP}/pytorch_model.bin",
                605247071,
                "a63082132ba4f97a80bea76823f544493bffa8082296d62d71581a4feff1576f",
            ),
        ),
    ),
}


def trained_frames(file: str) -> int | None:
    """Tell from a released checkpoint's name how many frames its training clips had.

    >>> trained_frames("pretrained_model.pth"), trained_frames("mine.pth")
    (1, None)
    """
    for download in DOWNLOADS.values():
        if download.by_hand and any(known.name == file for known in download.files):
            return download.trained_frames
    return None
