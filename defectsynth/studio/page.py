"""Page of the studio: choice of a defect, its controls, and the live sheet of draws."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nicegui import events, run, ui

from defectsynth.core.messages import short_repr
from defectsynth.registry import named_defects, named_presets, preset_summary, summary
from defectsynth.studio.cards import Cards
from defectsynth.studio.controls import Control, controls_of
from defectsynth.studio.design import Design, Path
from defectsynth.studio.drawing import VIEWS, Cell, draw_cells, real_cells
from defectsynth.studio.images import ImageFolder
from defectsynth.studio.widgets import show_control

FILE = "preset.yaml"
SHOWN = 6  # images on the sheet at first
MAX_SHOWN = 24
REAL_SHOWN = 12  # real defects
MAX_FILE_SIZE = 1_000_000  # bytes of a preset


class StudioPage:
    """The page of one visitor.

    Args:
        folder: of the good images.
        real: of real defects, shown below the drawn ones; None for none.
        start: name of the defect or preset that is shown first.
        peak: white level of 16-bit images; None estimates it.
    """

    def __init__(self, folder: ImageFolder, real: ImageFolder | None, start: str, peak: float | None) -> None:
        self.folder, self.real, self.peak = folder, real, peak
        self.design = Design.named(start)
        self.kept: Design | None = None
        self.path: Path = self.design.members()[0].path
        self.only = False
        self.names = folder.spread(SHOWN)
        self.seed, self.severity, self.view = 0, 1.0, "defect"
        self._drawing = self._again = False
        self._real_view = ""  # in which the real defects are shown

    def build(self) -> None:
        """Build the page for the current client."""
        ui.page_title("defectsynth studio")
        with ui.header(elevated=True).classes("items-center gap-2 py-1"):
            drawer_button = ui.button(icon="menu").props("flat color=white dense").mark("menu")
            ui.label("defectsynth studio").classes("text-lg")
            ui.space()
            ui.button("Save YAML", icon="download", on_click=self._save).props("flat color=white dense").mark("save")
            ui.button("Python", icon="content_copy", on_click=lambda: self._offer(Design.python)).props(
                "flat color=white dense"
            )
            ui.button("Command", icon="terminal", on_click=lambda: self._offer(Design.command)).props(
                "flat color=white dense"
            )
        drawer = ui.left_drawer(bordered=True).props("width=380").classes("p-3")
        drawer_button.on_click(drawer.toggle)
        with drawer:
            self._choice()
            self.mixture = ui.column().classes("w-full gap-1")
            self.controls = ui.column().classes("w-full gap-2")
        self._toolbar()
        self.sheet = Cards("cell")
        if self.real is not None:
            ui.label("Real defects").classes("text-base mt-3")
            self.real_sheet = Cards("real")
        self._refresh_controls()
        ui.timer(0.0, self._draw, once=True)

    def _choice(self) -> None:
        names = {name: f"{name}: {summary(kind)}"[:90] for name, kind in named_defects().items()}
        names |= {name: f"{name}: {preset_summary(name)}"[:90] for name in named_presets()}
        names.setdefault(self.design.name, self.design.name)  # a file, or a preset without one of its types
        ui.select(
            names, label="Defect or preset", value=self.design.name, with_input=True, on_change=self._chosen
        ).classes("w-full").props("dense use-input").mark("choice")
        self.upload = (
            ui.upload(
                auto_upload=True,
                max_files=1,
                max_file_size=MAX_FILE_SIZE,
                on_upload=self._opened,
                on_rejected=lambda: ui.notify(f"a preset must have at most {MAX_FILE_SIZE} bytes", type="negative"),
            )
            .classes("hidden")
            .props('accept=".yaml,.yml"')
        )
        ui.button("Open YAML", icon="upload", on_click=lambda: self.upload.run_method("pickFiles")).props(
            "flat dense no-caps"
        )

    def _toolbar(self) -> None:
        with ui.row().classes("w-full items-center gap-3"):
            ui.toggle(VIEWS, value=self.view, on_change=lambda event: self._set("view", event.value)).props(
                "dense no-caps"
            ).mark("view")
            self.seed_field = (
                ui.number("Seed", value=0, min=0, precision=0, on_change=self._seeded).props("dense").classes("w-24")
            )
            ui.button("Next", icon="refresh", on_click=self._next_seed).props("dense no-caps").mark("next")
            with ui.column().classes("gap-0 w-40"):
                ui.label("Severity of all").classes("text-xs")
                ui.slider(
                    min=0.0, max=1.0, step=0.05, value=1.0, on_change=lambda event: self._set("severity", event.value)
                ).props("dense label").mark("severity_of_all")
            ui.select(
                list(self.folder.names),
                label=f"Images (up to {MAX_SHOWN})",
                multiple=True,
                value=self.names,
                with_input=True,
                on_change=lambda event: self._set("names", list(event.value or [])[:MAX_SHOWN]),
            ).classes("w-60").props("dense use-chips=false display-value=''")
            ui.button("Keep to compare", icon="compare", on_click=self._keep).props("dense no-caps flat").mark("keep")
            ui.button("Swap", icon="swap_horiz", on_click=self._swap).props("dense no-caps flat").mark("swap")
            ui.button("Drop", icon="close", on_click=lambda: self._set("kept", None)).props("dense no-caps flat")

    def _set(self, name: str, value: Any) -> None:
        setattr(self, name, value)
        ui.timer(0.0, self._draw, once=True)

    def _seeded(self, event: events.ValueChangeEventArguments[Any]) -> None:
        if event.value is not None:
            self._set("seed", max(0, int(event.value)))

    def _next_seed(self) -> None:
        self.seed_field.value = self.seed + 1

    def _keep(self) -> None:
        self._set("kept", self.design)

    def _swap(self) -> None:
        if self.kept is not None:
            self.design, self.kept = self.kept, self.design
            self._take(self.design)

    def _chosen(self, event: events.ValueChangeEventArguments[Any]) -> None:
        if event.value:
            self._take(Design.named(event.value))

    async def _opened(self, event: events.UploadEventArguments) -> None:
        try:
            text = (await event.file.read()).decode()
            self._take(Design.of_text(text, event.file.name.removesuffix(".yaml")))
            self.upload.reset()
        except ValueError as error:
            ui.notify(f"{event.file.name}: {error}", type="negative")

    def _take(self, design: Design) -> None:
        """Show another design."""
        self.design, self.only = design, False
        self.path = design.members()[0].path
        self._refresh_controls()
        self._set("design", design)

    def _shown(self) -> Design | None:
        """Return the design as the page shows it; None, with a notice, if nothing can be drawn."""
        try:
            shown = self.design.shown(severity=self.severity, only=self.path if self.only else None)
            shown.transform  # noqa: B018  raises if nothing can be drawn
        except (TypeError, ValueError) as error:
            ui.notify(f"cannot be saved: {short_repr(str(error))}", type="negative")
            return None
        return shown

    def _save(self) -> None:
        if shown := self._shown():
            ui.download.content(shown.text(), FILE)

    def _offer(self, text_of: Callable[[Design, str], str]) -> None:
        """Copy a line that draws what the page shows."""
        if shown := self._shown():
            text = text_of(shown, FILE)
            ui.clipboard.write(text)
            ui.notify(f"copied: {text}", multi_line=True)

    def _refresh_controls(self) -> None:
        """Make the controls of the chosen defect again."""
        self.mixture.clear()
        members = self.design.members()
        if len(members) > 1:
            with self.mixture:
                self._mixture_controls({str(member.path): member.label for member in members})
        self.controls.clear()
        with self.controls:
            controls = controls_of(self.design.defect(self.path))
            for control in (each for each in controls if not each.common):
                self._control(control)
            with ui.expansion("Common arguments").classes("w-full").mark("common"):
                for control in (each for each in controls if each.common):
                    self._control(control)

    def _mixture_controls(self, labels: dict[str, str]) -> None:
        with ui.expansion("Weights").classes("w-full").mark("weights"):
            for each in self.design.alternatives():
                with ui.row().classes("w-full items-center no-wrap"):
                    ui.label(each.label).classes("w-32 text-sm ellipsis")
                    ui.slider(
                        min=0.0, max=1.0, step=0.01, value=each.weight, on_change=self._weighted(each.path)
                    ).props("dense label")
        ui.select(labels, label="Defect to edit", value=str(self.path), on_change=self._edited).classes("w-full").props(
            "dense"
        ).mark("member")
        ui.switch("Draw only this one", value=self.only, on_change=lambda event: self._set("only", event.value)).mark(
            "only"
        )

    def _weighted(self, path: Path) -> Callable[[Any], None]:
        return lambda event: self._set("design", self.design.with_weight(path, event.value))

    def _edited(self, event: events.ValueChangeEventArguments[Any]) -> None:
        self.path = next(member.path for member in self.design.members() if str(member.path) == event.value)
        self._refresh_controls()
        if self.only:
            self._set("only", value=True)

    def _control(self, control: Control) -> None:
        show_control(control, self.design.value(self.path, control.name), self._changes(control))

    def _changes(self, control: Control) -> Callable[[Any], None]:
        def change(value: Any) -> None:
            try:
                self._set("design", self.design.with_value(self.path, control.name, value))
            except (TypeError, ValueError) as error:
                ui.notify(str(error), type="negative")

        return change

    async def _draw(self) -> None:
        """Draw the sheet; a change in the meantime draws it once more."""
        if self._drawing:
            self._again = True
            return
        self._drawing = True
        try:
            self._again = True
            while self._again:
                self._again = False
                await self._draw_once()
        finally:
            self._drawing = False

    async def _draw_once(self) -> None:
        try:
            cells = await self._cells(self.design, self.path if self.only else None)
            kept = await self._cells(self.kept, None) if self.kept else None
        except Exception as error:
            ui.notify(f"cannot draw: {short_repr(str(error))}", type="negative")
            if not isinstance(error, (TypeError, ValueError)):
                raise
            return
        if cells is None:  # the server stops
            return
        self.sheet.show(self.names, *(cells, kept) if kept else (cells,))
        if self.real is not None and self._real_view != self.view:
            self._real_view, names = self.view, self.real.spread(REAL_SHOWN)
            self.real_sheet.show(names, await run.io_bound(real_cells, self.real, names, self.view) or [])

    async def _cells(self, design: Design, only: Path | None) -> list[Cell] | None:
        """Return the cells of a design, drawn in another thread; None if the server stops."""
        return await run.io_bound(
            draw_cells,
            self.folder,
            self.names,
            design,
            seed=self.seed,
            view=self.view,
            severity=self.severity,
            only=only,
            peak=self.peak,
        )
