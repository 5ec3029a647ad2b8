/** CIFAR-10 by name (Krizhevsky 2009): 50,000 training and 10,000 test images in 10 classes. */
import type { FetchedDataSet } from "./namedDataSet.ts";

/** The binary version, whose files are read as any of its layout. */
export const cifar10: FetchedDataSet = {
  name: "cifar-10",
  inputShape: [3, 32, 32],
  numClasses: 10,
  archive: {
    address: "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
    bytes: 170_052_171,
    sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
  },
  files: {
    "data_batch_1.bin": "5dd7e06a14cb22eb9f671a540d1b7c25",
    "data_batch_2.bin": "5ea93a67294ea407fff1d09f752e9692",
    "data_batch_3.bin": "942cd6a4bcdd0dd3c604fbe906cb4421",
    "data_batch_4.bin": "ae636b3ba5c66a11e91e8cb52e771fcb",
    "data_batch_5.bin": "53f37980c15c3d472c316c40844f3f0d",
    "test_batch.bin": "803d5f7f4d78ea53de84dbe85f74fb6d",
  },
  checksum: "013ba16d14ecc4829da62bf2af648ca30f600491ecb3e7f329c827db0dd17522",
  options: { classes: ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"] },
  parts: { validation: 5000, heldOut: "last" },
  otherwise: "--data FOLDER names where its .bin files are",
};
