"""Footage: every frame is the one asked for, and whatever is odd about a file is told."""

from __future__ import annotations

import base64
import io
import json
import os
import random
import struct
import sys
import tempfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fau_teach._reading import FileError
from fau_teach.clip import Clip, Movement, Nuisance
from fau_teach.coding import Watched
from fau_teach.footage import (
    Footage,
    Trace,
    images,
    open_footage,
    opening,
    read_traces,
    rendered,
    video,
)

np = pytest.importorskip("numpy")
Image = pytest.importorskip("PIL.Image")

# Sixty frames of 32 × 32 px, drawn as below; both have frames that refer to later ones. The first
# is a transport stream, in which OpenCV's own seeking is wrong for more than half of the frames.
STREAM = (
    "c-rloe@v8h9LGP;dB=%>cV7-YRP>HhSGp#gAP9)u!KN*90y?qPMy{dMN~ATLbzFCcKUhDeE*fh&fi3C}v%qGu*7(s{Gy"
    "iDfYP6<98h=#(h_lkfyq@nTuIIVC=XhMR-RHZ(AC8laeV&KU>+|FNeSbH5m=!7~SAsMQ5SGFq-3??tnkl7h+VsNyhP|o"
    "V8(uu{>@yAd?w5U47sIr^HhaJd(3^p=gER@N`;2G9Vtj3`mSZ>cW@7B)FbM|!&#5<-j|dRE7xJH|26#2y4-fvg%YVsh0"
    "D+--ZZKaTVPO7YxBOq98o;?A9KMz<e}69Pb&!Dn$@^h0cz}Pfgm3eo91Gv{2IOy~s+;XSt~IsoZTyo#`6S2g{y(DrZx5"
    "JSl*{;2;v<ZPr+BdEf{y8DsJvi>0VCvn$RDBd;E){q+M_@t2c{n)V9JG5vlrv94^Q=D{F%$A;}7l&`Y`s-hh$cnz^pQX"
    "SuHpsSIIZK{6HvWmi1xEbVgE!*``zGj?pr5I+8P9C=3vZ8fo=4Gmb0|UFwLV^^(*7mUEB7>N<+7Zasm~JK|XF`mE~<h1"
    "E=fS<Muf)uJ|;)l-FjAeA%?5++Tgz=v`pw0h3(QdlhxLYNS&Uk)=)ERWn!Hw|lRMFduFlXGuCVRb!4R^J}S*FL84+MV?"
    "Zt2TjIwF%5>$x)frPcHa@QqG*N!Gw3rIE#6qlu}<!OJ$7n$|Ij+pGGy5_b;mZE;%Ki!fII?5muvK{Eu#Y@tqnkewV^(m"
    "cXoL3C!vS-dBg8BGy-LbYsp$3VhI35XqUQM-*1eLu8^xTDR?H99g7wRI9NLDy(ii0@O%Na|SW=`ncU=O1*n{<eDU|F1A"
    "46I<r9FI#a>x%;ia1btbL&24;Nc%=3G`4~SHlclsDFGdyTxN8CIxWUbg_guD;ZJW8E$6Rb0PP}Va#bm|N&6qwb80<*fd"
    "Rc3YKP;yySCyXC;RAao3I@}~d+OMWbh1G%<3Q;4hS0u)X<)NGEVqvWcU6E0J-yWJ&SS>sR#7I4ZlAduamei`dfoxCus;"
    "3oJ?E<rE7ns#`T*Lk&o05i|_7zI0CWoGeT|{Zu&T!Q*&MXf-#jdMi7au0kSJkimCQ5pyPK~w-c|8Gz)og)T%@&x|^@pt"
    ">nLkQ4tE!yIn1@QLDXzd*wuHcbc}QWk<Tap!YGXI!ydtXchr<;IAFFq^sm_K=>CM0yB`E5p=<V9DNMKeM3CwDl+*hSV9"
    "!h;RqXw1K6rHnS4=ffqXBLaBrS7N($&vGbb4FeGKEA<t^_$7|Gat}Ea4gRD(=qysFXXy6xMd<s!~0WCuto+@N(DWgfMp"
    "7+M|xo+p9xlfM`<SL2u8b>R5OA3=kHZ><Pw4F%o35cR8o7>?_S0W6Q0Ox$Q)OreR}!i_NI)lQBMVp8Q2g#1H1W5u%VIE"
    "OmKB1+P0KvCdd(()f|zvR63qoOW6s=amAxmZH1%J3IhtO1=RFNOFF8lQv7)hN*tyxl|PdA)vb34^;OG?+$h&lqFvhqO9"
    "f_ismNL?nX>~+aGY^o5mhaPW6Okn^ruxr3adr*=6B0>6jKd48iyB(d0(wRPN}b2o@<VFEhXx!%LHb1naEn|D?kF&3vR|"
    "~MH_*(^WAZBV9*yjVO3ZyA;{{xsHV<w=&@SL`)czFN`19=IDu^`c3*V}%&J3VEtLkVY<`e&VDU)1PWw)oW#o*!^r`yl2"
    "68j-7<wb;=%2|mo4~qQIiCqa{iJ4sTP%TZDP|^^y?dJ^EtQH-kL?&?yxic~s{OuvdKIles?4yJsOTBvSMB{zb_GnoDR<"
    "(yrYE!7{y3qTfR*poHZH~O+Ov0Wlf$Z;l7`LR%Viu|<W<v9Q0qFWx@%5verM04tY^~QwfUWAsplG{zRFtr5*U|a`s(c6"
    "+vKoXNJqnF<IRlYibjZz`_Qo05oGl&>Ut@<yLJ)ptLI;$)K@P`32aNTyY}qe+vKoXd;pTosO_O)#zEzoVy@HZroPafzg"
    "!RB^S1c^G`XCryXMq(ZFU=ly%gPDn`?S9tKZC})K_g*)bz}{`|9l7+vKoXy0aRjZzmpj&Zt@3+08hRGdafA{Notg7V8+"
    "h)!yUEo3M{wKVIvK^NW?y>#Md3cLKkdI^X{W7Y2#w"
)
H264 = (
    "c-oa#e@q)y9Dn7?m<a0%g`hHQ4UsG$@?&FhVS@u_+Ju>)QD)o{O7CjB-O;XhBd|HzDhnk>vdkaJdfLXt{YqpTM9oYjK|"
    ">gcCK_i<lw@m{kxBLsCTwB`J>R=`N8c4T^wQV&zTfZX`~802_r34600667?DKmC9}hqlKr<Y5&K_4S@84Dn0NCgbuq*("
    "^V?5&&p=@F!13*rFb+hhLyyA*<6RI}RQ5zS$HXoGbanr~I0@2ZyM%xEl2jwMuN9*qAG05denx1`?l9yWg_Crkp9X+9Fv"
    "dvBMtqXZSlpcoKTtn>hgARH5S2K$PoyV9aIWajC#(*gZ_{Vgk6-q^PWQ@XecAP1a7wvx!cn1?W-<+E7*2pL(CFN=iw&%"
    "OT3P`HVBqi-7Nge;hujGt#Bq_<aid1|!O{#>JPO4#3Cxi8}oC<x<QM)Tc*m+d7&ECH|eif^J$sh)4Ea+>4X~YU)mQ=gZ"
    "iFa6(-r;vx)1coo)O4gbcmQgiq$4p(J|!Lu&iB9c(TUEPD(S`Roj3BC1s>y1>kG1(j()3Z6641T%TeY$I`+pN^RD0$zh"
    "nL?=Jg=W3!d4s;{xqD-DXM?lgb>)+*jC|rWImRlOwrl=)(yuk%g9;)kOF9{kF69ntvt-5jN9O*Geg7-D5UXiN_7`FglP"
    "(fAt)W_O9kTb-x;WozrNKe*H21)C<Uqj!z=q4_fx&s}`RnX-ju9Xm4R7?|`Pk%ON?j^nPVt*PW@UvlS`x_8G_9{X>_Of"
    "YE2T;O*m^n_VGX2fD9f`MswHAH$Vv#Z7QKe0|TZH~m=WUZM5n(Zdr;kl28ZRqU*;nCCNC!M>SRi+OLl>SDIIGl79~YC("
    "y6wf=>Ng=$*?<&<^2+>K$p{@TD;!$hnQ23^*JO6kY~yz*lmiT1{CqT%dQy$9rEp=)^Qv;5AVu*YBe?2vWADvHs19VnaP"
    "eZC%O;rJd819T7dCjdD=0|P*x^kdMYGUaCQ$R`WF?yALr^AKF`7Y`{psnyY7UhwEVYv#481Auat5d~B>mJ`IZ2a0P{eW"
    "`Oi<3;zt$}^dJZ-k>4yf&!_&v_Uwpjmpn3`-(khqBM^>}EI?VW@WA+wDdz*TXA8Nt)#hwv{pg)=g|9??`~N;x%O!#4Zl"
    "5M+8w|2+XJGcjF<YK%2G#JDlwr!qNuu4fWNv)wMNsR?geiTi39S^eB;K_+1ZCtp*0<%1KcC7M#EM-Qj6QM*_c0)Z`EwG"
    "Jp-9yUBv-E6a<E$kEaz2Gok0f7F5rqEc;*T%&T(ie3=XC$HGH!m;Q|<F^3iNQ|oQ26fI_Oa8Ao>LIx7w0@(?X}!2>;<N"
    "rIK3~<B!g{!fI;pi%ddvuIM>DQqA$lbdb1~{+RYvm@>)1=xbs=FZAV!%wThQy1@YU=k=wASOm8i0|)^IjLwy1-&7Zdq4"
    "f0C~?L$(N_%SY6w1`g*DMnqlu2G1%pdTeAz!Y&Rt{eF(T-Bn)P_T?8vpHJyHr{b)14r~p#)*Al;TNNl4"
)


def drawn(number: int, size: int = 32) -> Any:
    """A frame that shows its number as blocks."""
    bits = np.array([number >> k & 1 for k in range(16)], bool).reshape(4, 4)
    grey = np.where(bits, 200, 90).astype(np.uint8).repeat(size // 4, 0).repeat(size // 4, 1)
    return np.repeat(grey[..., None], 3, 2)


def number_in(picture: Any) -> int:
    block = picture.shape[0] // 4
    seen = picture[block // 2 :: block, block // 2 :: block, 1] > 145
    return sum(1 << k for k, bit in enumerate(seen.ravel()) if bit)


def film(path: Path, code: str, numbers: Sequence[int], fps: float = 30, size: int = 64) -> Path:
    cv2 = pytest.importorskip("cv2")
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*code), fps, (size, size))
    for number in numbers:
        writer.write(drawn(number, size))
    writer.release()
    return path


def stored(path: Path, text: str) -> Path:
    path.write_bytes(zlib.decompress(base64.b85decode(text)))
    return path


def all_exact(footage: Footage, seed: int = 0) -> None:
    order = [*range(footage.count)] * 2
    random.Random(seed).shuffle(order)
    back = [*reversed(range(footage.count))]
    assert [number_in(footage.read(at)) for at in (*order, *back)] == [*order, *back]


# Videos


@pytest.mark.parametrize(
    ("name", "code"), [("a.avi", "MJPG"), ("a.mp4", "mp4v"), ("b.avi", "mp4v")]
)
def test_every_frame_of_a_video_is_the_one_asked_for(tmp_path: Path, name: str, code: str) -> None:
    path = film(tmp_path / name, code, range(150), 25)
    told: list[tuple[int, int]] = []
    footage = video(path, cache=1, progress=lambda *at: told.append(at))
    assert (footage.count, footage.fps, footage.size) == (150, 25, (64, 64))
    assert (footage.name, footage.media, footage.notes) == (name[0], name, ())
    assert footage.times_s[149] == pytest.approx(149 / 25)
    all_exact(footage)
    footage.close()
    assert number_in(footage.read(77)) == 77  # opens again
    assert told == [*((done, 150) for done in range(25, 150, 25)), (150, 150)]


@pytest.mark.parametrize(("name", "text"), [("a.ts", STREAM), ("a.mp4", H264)])
def test_frames_that_refer_to_later_ones_are_exact(tmp_path: Path, name: str, text: str) -> None:
    pytest.importorskip("cv2")
    footage = video(stored(tmp_path / name, text), cache=1)
    assert (footage.count, footage.fps) == (60, 30)
    all_exact(footage)


def test_seeking_alone_would_not_be_exact(tmp_path: Path) -> None:
    cv2 = pytest.importorskip("cv2")
    capture = cv2.VideoCapture(str(stored(tmp_path / "a.ts", STREAM)), cv2.CAP_FFMPEG)
    wrong = 0
    for frame in range(0, 58, 3):
        capture.set(cv2.CAP_PROP_POS_FRAMES, frame)
        done, picture = capture.read()
        wrong += not done or number_in(picture) != frame
    assert wrong > 5


def test_a_damaged_tail_is_told(tmp_path: Path) -> None:
    path = film(tmp_path / "a.avi", "MJPG", range(60))
    raw = path.read_bytes()
    path.write_bytes(raw[: len(raw) * 2 // 3])
    footage = video(path)
    assert 30 < footage.count < 60
    assert f"announces 60 frames, {footage.count} can be read" in footage.notes[0]
    all_exact(footage)


def test_a_file_that_changes_under_way_is_noticed(tmp_path: Path) -> None:
    path = film(tmp_path / "a.avi", "MJPG", range(40))
    footage = video(path, cache=1)
    film(path, "MJPG", range(100, 140))
    footage.close()
    with pytest.raises(FileError, match="frame 20 is not what it was"):
        footage.read(20)


class Tape:
    """Stands for OpenCV: frames with times as given [ms]; seeking goes where it is told."""

    def __init__(self, times: Sequence[float], rate: float = 25, announced: float = 0) -> None:
        self.times, self.rate, self.announced = times, rate, announced
        self.shapes: dict[int, tuple[int, int]] = {}
        self.blind: set[int] = set()
        self.lands = lambda frame: frame

    CAP_FFMPEG, CAP_PROP_POS_MSEC, CAP_PROP_POS_FRAMES = 1900, 0, 1

    def VideoCapture(self, path: str, how: int) -> Tape:
        self.at = -1
        return self

    def isOpened(self) -> bool:
        return True

    def release(self) -> None:
        pass

    def get(self, what: int) -> float:
        return {0: self.times[min(self.at, len(self.times) - 1)], 3: 32, 4: 32, 5: self.rate,
                7: self.announced}[what]  # fmt: skip

    def set(self, what: int, value: float) -> None:
        self.at = self.lands(int(value)) - 1

    def grab(self) -> bool:
        self.at += 1
        return self.at < len(self.times)

    def retrieve(self) -> tuple[bool, Any]:
        shown = drawn(self.at)
        high, wide = self.shapes.get(self.at, (32, 32))
        return self.at not in self.blind, shown[:high, :wide]


@pytest.fixture
def tape(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    (tmp_path / "tape.avi").write_bytes(b"RIFF\0\0")

    def made(*args: Any, **more: Any) -> tuple[Tape, Path]:
        one = Tape(*args, **more)
        monkeypatch.setitem(sys.modules, "cv2", one)
        return one, tmp_path / "tape.avi"

    return made


def test_a_varying_frame_rate_is_told(tape: Any) -> None:
    _, path = tape([0, 33, 67, 130, 163, 260, 300])
    footage = video(path)
    assert footage.fps == pytest.approx(20)
    assert "The frame rate varies: 33.0 to 97.0 ms" in footage.notes[0]
    assert footage.times_s[3] == pytest.approx(0.13)


def test_times_in_whole_milliseconds_leave_the_rate_of_the_header(tape: Any) -> None:
    footage = video(tape([0, 33, 67, 100, 133], 29.97)[1])
    assert (footage.fps, footage.notes) == (29.97, ())


@pytest.mark.parametrize("rate", [0, float("nan"), 90_000])
def test_an_impossible_rate_of_the_header_does_not_count(tape: Any, rate: float) -> None:
    assert video(tape([0, 40, 80, 120], rate)[1]).fps == pytest.approx(25)


def test_frames_without_times_go_on_at_the_frame_rate(tape: Any) -> None:
    tape_, path = tape([0, 40, 80, 0, 160, 0])
    footage = video(path, cache=1)
    assert footage.times_s == pytest.approx([0, 0.04, 0.08, 0.12, 0.16, 0.2])
    tape_.times = [0] * 6
    nothing = video(path, cache=1)
    assert nothing.fps == 25
    all_exact(nothing)


@pytest.mark.parametrize("off", [-7, 5, 60])
def test_a_seek_that_lands_elsewhere_is_put_right(tape: Any, off: int) -> None:
    tape_, path = tape([40 * at for at in range(300)])
    tape_.lands = lambda frame: min(max(frame + off, 0), 299)
    all_exact(video(path, cache=1))


def test_steps_back_seek_once_for_many_frames(tape: Any) -> None:
    tape_, path = tape([40 * at for at in range(300)])
    sought: list[int] = []
    tape_.lands = lambda frame: sought.append(frame) or frame
    footage = video(path)
    assert [number_in(footage.read(at)) for at in range(200, 140, -1)] == [*range(200, 140, -1)]
    assert sought == [200, 168, 136]


def test_a_seek_into_nothing_starts_again(tape: Any) -> None:
    tape_, path = tape([40 * at for at in range(300)])
    tape_.lands = lambda frame: 999
    assert number_in(video(path, cache=1).read(250)) == 250


def test_a_frame_of_another_size_ends_reading(tape: Any) -> None:
    tape_, path = tape([0, 40, 80])
    tape_.shapes[2] = (16, 32)
    with pytest.raises(FileError, match="frame 2 is 32 × 16 px, others 32 × 32"):
        video(path)


def test_frames_that_cannot_be_decoded(tape: Any) -> None:
    tape_, path = tape([0, 40, 80, 120], announced=4)
    tape_.blind = {2}
    assert "announces 4 frames, 2 can be read" in video(path).notes[0]
    tape_.blind = {0}
    with pytest.raises(FileError, match="no frame of it can be decoded"):
        video(path)


def test_progress_is_told(tape: Any) -> None:
    told: list[tuple[int, int]] = []
    video(
        tape([40 * at for at in range(1001)], announced=1001)[1], progress=lambda *o: told.append(o)
    )
    assert told == [*((done, 1001) for done in range(25, 1001, 25)), (1001, 1001)]


@pytest.mark.parametrize("kernel", [False, True])
def test_a_long_reading_says_how_far_it_is(
    kernel: bool, tape: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _, path = tape([40 * at for at in range(101)], announced=101)
    if kernel:
        monkeypatch.setitem(sys.modules, "ipykernel", ModuleType("ipykernel"))
    else:
        monkeypatch.delitem(sys.modules, "ipykernel", raising=False)
    open_footage(path)
    assert capsys.readouterr() == ("", "")  # it was over soon
    clock = iter(range(1000))
    monkeypatch.setattr(opening, "monotonic", lambda: next(clock))
    assert open_footage(path, name="mine").name == "mine"
    shown = capsys.readouterr()
    told, silent = (shown.out, shown.err) if kernel else (shown.err, shown.out)
    assert silent == ""
    assert (
        told == f"\r{path.name}: 75 of 101 frames read\r{path.name}: 100 of 101 frames read"
        f"\r{path.name}: 101 of 101 frames read\n"
    )


def test_what_is_no_video_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FileError, match="cannot be read: No such file"):
        video(tmp_path / "none.mp4")
    (tmp_path / "list.mp4").write_text("#EXTM3U\nhttp://example.org/a.ts\n")
    with pytest.raises(FileError, match="no video"):
        video(tmp_path / "list.mp4")
    (tmp_path / "a.mp4").write_bytes(b"\0\0\0\x18ftypmp42")
    with monkeypatch.context() as patched:
        patched.setitem(sys.modules, "cv2", None)
        with pytest.raises(FileError, match="Install opencv-python-headless"):
            video(tmp_path / "a.mp4")
    pytest.importorskip("cv2")
    with pytest.raises(FileError, match="cannot be opened"):
        video(tmp_path / "a.mp4")


@settings(max_examples=25, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_a_video_or_refused(raw: bytes) -> None:
    pytest.importorskip("cv2")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.avi"
        path.write_bytes(b"RIFF\0\0\0\0AVI LIST" + raw)
        try:
            assert video(path).count
        except FileError as error:
            told = str(error)
        else:
            told = str(path)
        assert str(path) in told


# Pictures


def save(folder: Path, names: dict[str, int], size: int = 32) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, number in names.items():
        Image.fromarray(drawn(number, size)).save(folder / name)
    return folder


def test_pictures_go_by_their_numbers(tmp_path: Path) -> None:
    folder = save(tmp_path / "EP02_01f", {f"img{n}.jpg": n for n in range(46, 124)}, 64)
    footage = images(folder, 200)
    assert (footage.count, footage.fps, footage.size) == (78, 200, (64, 64))
    assert (footage.numbers[0], footage.name, footage.notes) == (46, "EP02_01f", ())
    assert [number_in(footage.read(at)) for at in range(78)] == [*range(46, 124)]
    assert "78 frames at 200 fps, 64 × 64 px" in str(footage)


def test_gaps_stay_frames_and_are_told(tmp_path: Path) -> None:
    folder = save(tmp_path / "a", {"1.png": 1, "2.png": 2, "5.png": 5, "10.png": 10})
    footage = images(folder, 30)
    assert (footage.count, footage.missing) == (10, [2, 3, 5, 6, 7, 8])
    assert "No picture for 6 of 10 frames, numbers 3, 4, 6, 7, 8, …." in footage.notes[0]
    assert number_in(footage.read(4)) == 5
    assert set(footage.read(2).ravel()) == {118}
    assert footage.times_s[9] == pytest.approx(0.3)


def test_steps_of_several_numbers(tmp_path: Path) -> None:
    footage = images(save(tmp_path / "a", {f"f{n:04}.png": n for n in (10, 15, 20, 30)}), 30)
    assert (footage.count, footage.missing, [*footage.numbers]) == (5, [3], [10, 15, 20, 25, 30])
    assert "steps of 5" in footage.notes[1]
    assert footage.to_dict()["step"] == 5


def test_duplicates_and_other_files_are_told(tmp_path: Path) -> None:
    folder = save(
        tmp_path / "a", {"i1.png": 1, "i01.png": 9, "i2.png": 2, ".i3.png": 3, "x.png": 4}
    )
    (folder / "notes.txt").write_text("x")
    footage = images(folder, 30)
    assert footage.notes == (
        "3 other files are left out: .i3.png, notes.txt, x.png.",
        "Number 1 comes twice: i01.png is used, not i1.png.",
    )


def test_several_series_need_a_choice(tmp_path: Path) -> None:
    folder = save(tmp_path / "a", {"img1.png": 1, "img2.png": 2, "reg_img1.png": 7})
    with pytest.raises(FileError, match=r"2 series of numbered pictures: 'img\*', 'reg_img\*'"):
        images(folder, 30)
    assert number_in(images(folder, 30, series="reg_img*").read(0)) == 7
    with pytest.raises(FileError, match="2 series"):
        images(folder, 30, series="x*")


def test_sizes_have_to_agree(tmp_path: Path) -> None:
    folder = save(tmp_path / "a", {"1.png": 1, "2.png": 2})
    save(folder, {"3.png": 3}, 64)
    with pytest.raises(FileError, match=r"3.png: 64 × 64 px, but 1.png has 32 × 32"):
        images(folder, 30)


def test_what_is_no_folder_of_pictures_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="folder cannot be read"):
        images(tmp_path / "none", 30)
    with pytest.raises(FileError, match="0 series of numbered pictures: none"):
        images(tmp_path, 30)
    (tmp_path / "img1.png").write_bytes(b"no picture")
    with pytest.raises(FileError, match="no picture in it can be read"):
        images(tmp_path, 30)
    far = save(tmp_path / "far", {"1.png": 1, "999999999.png": 2, "3.png": 0})
    with pytest.raises(FileError, match="3 pictures are numbered from 1 to 999999999"):
        images(far, 30)
    for wrong in (0, -5, float("nan"), "x", 1e9):
        with pytest.raises(FileError, match="a frame rate of"):
            images(save(tmp_path / "b", {"1.png": 1}), wrong)  # type: ignore[arg-type]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes")
def test_a_pipe_is_no_picture(tmp_path: Path) -> None:
    save(tmp_path, {"1.png": 1})
    os.mkfifo(tmp_path / "2.png")
    assert images(tmp_path, 30).count == 1


def bomb(path: Path, wide: int, high: int) -> Path:
    """A PNG that announces a size and holds next to nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", wide, high, 8, 2, 0, 0, 0))
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"")))
    return path


@pytest.mark.parametrize("side", [8_000, 60_000])
def test_huge_pictures_are_refused_before_they_are_decoded(tmp_path: Path, side: int) -> None:
    bomb(tmp_path / "a" / "1.png", side, side)
    with pytest.raises(FileError, match=r"1.png: a frame of .* px is not possible"):
        images(tmp_path / "a", 30)


def test_a_damaged_picture_is_told_when_it_is_shown(tmp_path: Path) -> None:
    folder = save(tmp_path / "a", {"1.png": 1, "2.png": 2, "3.png": 3})
    (folder / "2.png").write_bytes((folder / "2.png").read_bytes()[:-60])
    bomb(folder / "1.png", 32, 32)
    (folder / "3.png").write_bytes(b"?")
    save(folder, {"4.png": 4})
    footage = images(folder, 30)
    assert footage.missing == [2]
    assert footage.notes[0] == "3.png is no picture that can be read."
    for frame in (0, 1):
        with pytest.raises(FileError, match="picture is damaged"):
            footage.read(frame)
    assert number_in(footage.read(3)) == 4
    save(folder, {"1.png": 1}, 64)
    with pytest.raises(FileError, match="32 × 32 px when the folder was opened"):
        footage.read(0)


def test_a_turned_photo_has_the_size_it_is_shown_in(tmp_path: Path) -> None:
    turned = Image.Exif()
    turned[0x0112] = 6
    for number in (1, 2):
        picture = Image.fromarray(np.zeros((20, 40, 3), np.uint8))
        picture.save(tmp_path / f"{number}.jpg", exif=turned)
    footage = images(tmp_path, 30)
    assert footage.size == (20, 40)
    assert footage.read(1).shape == (40, 20, 3)


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.from_regex(r"[a-c]?[0-9]{1,3}\.(png|jpg)", fullmatch=True),
                       st.binary(max_size=200), max_size=4))  # fmt: skip
def test_any_files_are_pictures_or_refused(files: dict[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name, raw in files.items():
            (Path(folder) / name).write_bytes(raw)
        with pytest.raises(FileError):
            images(folder, 30)


# Depth beside colour


def depth(path: Path, values: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.asarray(values, np.uint16)).save(path)


def test_depth_beside_colour_is_a_view(tmp_path: Path) -> None:
    save(tmp_path / "clip" / "color", {f"{n}.jpg": n for n in range(1, 6)}, 64)
    for number in (1, 2, 4, 5):
        values = np.full((8, 10), 500 + number)
        values[0, 0], values[7, 9] = 0, 900
        depth(tmp_path / "clip" / "depth" / f"{number}.png", values)
    footage = open_footage(tmp_path / "clip", 30)
    assert (footage.name, footage.count, list(footage.views)) == ("clip", 5, ["depth"])
    assert footage.size == (64, 64)
    seen = footage.read(1, "depth")
    assert seen.shape == (8, 10, 3)
    assert (seen[0, 0] == 0).all()
    assert seen[1, 1, 0] > 245 > seen[7, 9, 0] >= 30
    assert set(footage.read(2, "depth").ravel()) == {118}
    assert footage.notes[0].startswith("Depth: No picture for 1 of 5 frames, numbers 3.")
    assert footage.notes[1] == "Depth: Shown from 501 (white) to 840.8 (black); 0 is unknown."
    (tmp_path / "clip" / "depth" / "5.png").unlink()
    shorter = open_footage(tmp_path / "clip", 30)
    assert "Depth: 1 frames have none." in shorter.notes
    assert set(shorter.read(4, "depth").ravel()) == {118}
    with pytest.raises(LookupError, match=r"no view 'heat'\. There are: depth"):
        footage.read(0, "heat")


def test_depth_without_any_known_pixel(tmp_path: Path) -> None:
    depth(tmp_path / "1.png", np.zeros((4, 4)))
    assert not images(tmp_path, 30).read(0).any()


# Footage itself


def plain(count: int = 10, size: int = 32, **more: Any) -> tuple[Footage, list[int]]:
    asked: list[int] = []

    def decode(frame: int) -> list[tuple[int, Any]]:
        asked.append(frame)
        return [(at, drawn(at, size)) for at in (frame - 1, frame) if at >= 0]

    return Footage("a", 30, count, (size, size), decode, **more), asked


def test_frames_are_kept_within_bytes() -> None:
    footage, asked = plain(cache=4 * 32 * 32 * 3)
    for frame in (5, 4, 5, 7, 6, 7):
        assert number_in(footage.read(frame)) == frame
    assert asked == [5, 7]
    footage.read(9)
    footage.read(4)
    assert asked == [5, 7, 9, 4]
    one, asked = plain(cache=1)
    assert [number_in(one.read(at)) for at in (3, 3, 2, 3)] == [3, 3, 2, 3]
    assert asked == [3, 2, 3]


def test_a_frame_cannot_be_written_to() -> None:
    with pytest.raises(ValueError, match="read-only"):
        plain()[0].read(0)[0] = 1


@pytest.mark.parametrize("frame", [-1, 10, 1.0, True, None, "1"])
def test_frames_that_are_not_there(frame: Any) -> None:
    with pytest.raises(LookupError, match="It has 0 to 9"):
        plain()[0].read(frame)


def test_no_frames_is_no_footage() -> None:
    with pytest.raises(FileError, match="there is no frame in it"):
        plain(0)


def test_jpeg_has_the_width_that_is_asked_for() -> None:
    footage, _ = plain(size=256)
    for width, shown in ((64, 64), (1024, 256), (1, 1)):
        made = Image.open(io.BytesIO(footage.jpeg(3, width)))
        assert (made.format, made.size) == ("JPEG", (shown, shown))
    assert number_in(np.asarray(Image.open(io.BytesIO(footage.jpeg(9, 64))).convert("RGB"))) == 9
    for wrong in (0, 5000, "64", 64.0, True):
        with pytest.raises(LookupError, match="is no width"):
            footage.jpeg(3, wrong)  # type: ignore[arg-type]


def test_a_session_and_a_browser_hear_of_it() -> None:
    footage, _ = plain(media="a.avi", notes=("odd",))
    assert footage.watched("Ann", subject="s1") == Watched(
        "a", 30, 10, "s1", media="a.avi", coders=("Ann",)
    )
    told = json.loads(json.dumps(footage.to_dict()))
    assert told == {
        "name": "a", "count": 10, "fps": 30, "size": [32, 32], "missing": [], "notes": ["odd"],
        "views": [], "first": 0, "step": 1, "traces": [],
    }  # fmt: skip


# Clips of the teaching face


def test_a_clip_is_drawn_as_its_film_is() -> None:
    from fau_teach.face import face
    from fau_teach.face.film import video as drawn_film

    script = Clip("Ana", 30, 3, (Movement("12", "", "D", 0, 1, 2, 1),))
    footage = open_footage(script, size=48)
    assert (footage.name, footage.count, footage.size) == ("Ana-0", 3, (48, 48))
    assert (footage.read(1) == drawn_film(script, 48, face("Ana"))[1]).all()


def test_a_script_with_noise_gives_the_same_frame_each_time(tmp_path: Path) -> None:
    script = Clip("Ana", 30, 2, (), Nuisance(noise=4.0), 5)
    script.save(tmp_path / "one.json")
    footage = open_footage(tmp_path / "one.json", size=32, cache_bytes=1)
    assert footage.name == "one"
    first = footage.read(1).copy()
    footage.read(0)
    assert (footage.read(1) == first).all()
    assert (rendered(script, 32).read(1) == first).all()


def test_opening_refuses(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{}")
    with pytest.raises(FileError, match="no script of a clip"):
        open_footage(tmp_path / "a.json")
    save(tmp_path / "pictures", {"1.png": 1})
    with pytest.raises(FileError, match="Give it as fps=200"):
        open_footage(tmp_path / "pictures")
    with pytest.raises(FileError, match="it has 30 fps, not 25"):
        open_footage(Clip("Ana", 30, 2), 25)


def test_opening_a_video(tape: Any) -> None:
    assert open_footage(tape([0, 40, 80])[1], 25).count == 3


# Traces


def test_traces_lie_beside_frames_without_pretending(tmp_path: Path) -> None:
    folder = save(tmp_path / "clip", {f"{n}.png": n for n in range(10, 14)})
    rows = "".join(f"{at};{at},5;\n" for at in range(-10, 110, 10))
    (folder / "emg.csv").write_text(f"time [ms];zygomaticus (mV);empty\n{rows}")
    footage = open_footage(folder, 40)
    (trace,) = footage.traces
    assert (trace.name, trace.unit, trace.rate) == ("zygomaticus", "mV", pytest.approx(100))
    (told,) = footage.to_dict()["traces"]
    assert told["low"] == [0.5, 30.5, 50.5, 80.5]  # frames begin at 0, 25, 50, 75 ms
    assert told["high"] == [20.5, 40.5, 70.5, 90.5]
    assert (told["frames"], told["outside"]) == (4, 2)
    assert str(trace) == "zygomaticus [mV]: 12 values, 100 a second"
    assert str(trace) in str(footage)


def test_a_slow_trace_leaves_frames_without_a_value(tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("t_s\ttemp\n0\t36.5\n0.1\tNA\n0.2\t36.6\n")
    footage = open_footage(Clip("Ana", 20, 6), traces=path)
    (told,) = footage.to_dict()["traces"]
    assert told["low"] == told["high"] == [36.5, None, None, None, 36.6, None]
    assert (told["frames"], told["rate"]) == (2, pytest.approx(10))


def test_a_trace_by_frame_goes_by_the_numbers(tmp_path: Path) -> None:
    folder = save(tmp_path / "clip", {f"{n}.png": n for n in (7, 8, 9)})
    (folder / "emg.csv").write_text("frame,time,valence\n7,,0.5\n9,,0.75\n12,,1\n")
    (told,) = open_footage(folder, 30).to_dict()["traces"]
    assert (told["by"], told["low"], told["outside"]) == ("frame", [0.5, None, 0.75], 1)


def test_one_value_has_no_rate() -> None:
    one = Trace("a", "", "time", (0.0,), (1.0,))
    assert (one.rate, str(one)) == (None, "a [no unit]: 1 values")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a,b\n1,2\n", "line 1: no column says when"),
        ("time,b\n1,2\n", "'time', line 1: the unit of the time is not told"),
        ("time (h),b\n1,2\n", "the unit of the time is not told in 'h'"),
        ("time_s,b\n1,2\n1,3\n", "line 3: this is not later than the row before in '1'"),
        ("time_s,b\n,2\n", "line 2: this is not later"),
        ("time_s,b\n1,x\n", "column 'b', line 2: this is no number in 'x'"),
        ("time_s,b\n1,inf\n", "this is no number"),
        ("time_s,b\n1,\n", "no column holds values"),
        ("frame\n1\n", "no column holds values"),
    ],
)
def test_tables_that_are_no_traces(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text)
    with pytest.raises(FileError, match=problem):
        read_traces(path)


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet='time_sfra, ;\t\n0123456789.-()[]"x', max_size=120))
def test_any_text_is_traces_or_refused(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        path.write_text(text, encoding="utf-8")
        try:
            assert all(len(one.at) == len(one.values) for one in read_traces(path))
        except FileError as error:
            told = str(error)
        else:
            told = str(path)
        assert str(path) in told


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.floats(0, 2), min_size=1, max_size=40, unique=True).map(sorted),
    st.integers(1, 30),
    st.floats(5, 60),
)
def test_each_value_lies_in_one_frame_or_outside(at: list[float], count: int, fps: float) -> None:
    trace = Trace("a", "", "time", tuple(at), tuple(at))
    times = [frame / fps for frame in range(count)]
    told = trace.by_frame(times, fps, range(count))
    for start, low, high in zip(times, told["low"], told["high"], strict=True):
        if low is not None:
            assert start - 1e-6 <= low <= high <= start + 1 / fps + 1e-6
    inside = sum(times[0] - 1e-9 <= one < times[-1] + 1 / fps - 1e-9 for one in at)
    assert told["outside"] == len(at) - inside
