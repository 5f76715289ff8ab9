"""Widgets of the controls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nicegui import events, ui

from defectsynth.studio.controls import Control

_Widget = Callable[[Control, Any, Callable[[Any], None]], None]
OWN = "its own placement"  # shown for a placement that has no short name


def show_control(control: Control, value: Any, change: Callable[[Any], None]) -> None:
    """Show the widget of a control in the current container.

    Args:
        control: what it sets.
        value: what it shows first.
        change: called with each new value.
    """
    shown: dict[str, _Widget] = {"range": _range, "number": _number, "menu": _menu, "names": _names}
    with ui.column().classes("w-full gap-0"):
        ui.label(control.name).classes("text-sm font-medium")
        shown[control.kind](control, value, change)
        ui.label(control.meaning).classes("text-xs text-gray-500")


def _range(control: Control, value: list[float], change: Callable[[Any], None]) -> None:
    """Show a slider with two thumbs, and two fields for numbers beyond it."""
    low, high = min(control.slider[0], value[0]), max(control.slider[1], value[1])
    value = list(value)

    def moved(event: events.ValueChangeEventArguments[Any]) -> None:
        pair = [event.value["min"], event.value["max"]]
        fields[0].set_value(pair[0])
        fields[1].set_value(pair[1])
        if pair != value:
            value[:] = pair
            change([int(each) for each in pair] if control.whole else [float(each) for each in pair])

    def typed(_: Any) -> None:
        pair = [field.value for field in fields]
        if None not in pair and pair[0] <= pair[1] and pair != value:
            slider.set_value({"min": pair[0], "max": pair[1]})

    with ui.row().classes("w-full items-center no-wrap gap-2"):
        fields = [_field(control, value[0], typed)]
        slider = (
            ui.range(min=low, max=high, step=control.step, value={"min": value[0], "max": value[1]}, on_change=moved)
            .props("dense snap")
            .classes("flex-grow")
            .mark(control.name)
        )
        fields.append(_field(control, value[1], typed))


def _number(control: Control, value: float, change: Callable[[Any], None]) -> None:
    ui.slider(
        min=control.slider[0],
        max=max(control.slider[1], value),
        step=control.step,
        value=value,
        on_change=lambda event: change(float(event.value)),
    ).props("dense label").mark(control.name)


def _field(control: Control, value: float, typed: Callable[[Any], None]) -> ui.number:
    return (
        ui.number(value=value, min=control.low, max=control.high, on_change=typed)
        .props("dense borderless hide-bottom-space input-class=text-xs debounce=400")
        .classes("w-16")
    )


def _menu(control: Control, value: str, change: Callable[[Any], None]) -> None:
    def taken(event: events.ValueChangeEventArguments[Any]) -> None:
        if event.value:
            change(event.value)

    options = {name: name for name in control.names} | ({} if value else {"": OWN})
    ui.select(options, value=value, on_change=taken).classes("w-full").props("dense").mark(control.name)


def _names(control: Control, value: list[str], change: Callable[[Any], None]) -> None:
    ui.select(
        list(control.names), value=list(value), multiple=True, on_change=lambda event: change(event.value)
    ).classes("w-full").props("dense use-chips").mark(control.name)
