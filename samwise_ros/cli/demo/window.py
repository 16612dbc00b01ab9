"""A window for the frames of the demo.

The window uses Tk: the installed OpenCV package is the one without windows, because the other one
needs display libraries even on machines without a display.
"""

from importlib import import_module
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from samwise_ros.cli.demo.recording import resized

_WIDTH = 640


class Window:
    """Shows the newest frame."""

    def __init__(self) -> None:
        """Open a window.

        Raises:
            OSError: Tk is not installed, or there is no usable display.
        """
        try:
            self._tk: Any = import_module("tkinter")  # not part of every Python installation
        except ImportError as error:
            raise OSError(str(error)) from error
        try:
            self._root = self._tk.Tk(className="samwise_ros")
        except self._tk.TclError as error:
            raise OSError(str(error)) from error
        self._root.title("samwise_ros")
        self._root.protocol("WM_DELETE_WINDOW", self.close)
        self._label = self._tk.Label(self._root)
        self._label.pack()

    def show(self, image: NDArray[np.uint8]) -> None:
        """Show (H, W, 3) uint8 RGB; has no effect after the window is closed."""
        if self._root is None:
            return
        bgr = cv2.cvtColor(resized(image, _WIDTH), cv2.COLOR_RGB2BGR)
        data = cv2.imencode(".ppm", bgr)[1].tobytes()
        self._picture = self._tk.PhotoImage(data=data)  # Tk itself keeps no reference
        self._label.configure(image=self._picture)
        self._root.update()

    def close(self) -> None:
        """Close the window if it is open."""
        if self._root is not None:
            self._root.destroy()
            self._root = None
