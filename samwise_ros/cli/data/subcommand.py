"""Check the folder of a data set, or write generated videos in the format of MeViS.

`samwise data check` prints what the folder contains, and lists problems with file and entry. The
folder has one of these formats, as the data sets are distributed:

  mevis            DIR/{train,valid_u,valid}/ with JPEGImages/, meta_expressions.json and, where
                   masks are public, mask_dict.json
  ref_youtube_vos  DIR/meta_expressions/{train,valid,test}/meta_expressions.json,
                   DIR/{train,valid,test}/JPEGImages/, DIR/train/Annotations/
  ref_davis17      DIR/davis_text_annotations/, DIR/DAVIS/ with JPEGImages/480p/,
                   Annotations_unsupervised/480p/ (or Annotations/480p/) and ImageSets/2017/
  refcoco          DIR/instances.json, DIR/refs(unc).p (or umd, google), train2014/ in DIR or in
                   its parent; DIR is the folder of RefCOCO, RefCOCO+ or RefCOCOg

The other tasks write a folder of format mevis, or what its videos are made from:

  tabletop      the simulated tabletop, with depth, poses and contacts in SPLIT/truth/; continues
                after an interruption
  painted       the painted world of the model tabletop
  look-book     a picture of the simulated tabletop
  fixed-splits  the stored motion and sentences of the tabletop's fixed splits, for developers

Examples:
  samwise data check data/mevis
  samwise data check mevis:data/mevis:valid_u
  samwise data tabletop --out tabletop --split train val --videos 2000 50
  samwise data painted --out painted --split train val --videos 100 10
"""

import argparse

from samwise_ros.cli.data import check, look_book, painted, tabletop


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `samwise data`."""
    tasks = parser.add_subparsers(dest="task", required=True, metavar="TASK")
    check.add_task(tasks.add_parser("check", help="check the folder of a data set"))
    tabletop.add_task(
        tasks.add_parser("tabletop", help="write videos of the simulated tabletop as a data set")
    )
    painted.add_task(
        tasks.add_parser("painted", help="write videos of the painted world as a data set")
    )
    look_book.add_task(tasks.add_parser("look-book", help="write a picture of the tabletop"))
    tabletop.add_fixing_task(
        tasks.add_parser("fixed-splits", help="make the tabletop's fixed splits, for developers")
    )


def run(arguments: argparse.Namespace) -> int:
    """Run the task."""
    return int(arguments.do(arguments))
