"""The readers that are fuzzed. To add one: write a `Reader` and list it here."""

from fuzz_bags import BAG_READER
from fuzz_data_sets import DATA_SET_READERS
from fuzz_documents import DOCUMENT_READERS
from fuzz_images import IMAGE_READER
from fuzz_tensors import TENSOR_READERS

READERS = {
    reader.name: reader
    for reader in (*DATA_SET_READERS, *DOCUMENT_READERS, *TENSOR_READERS, BAG_READER, IMAGE_READER)
}
