"""How each language sends a patient to a way of being verified, and what it calls a card."""

from device.visit.effects import Choice

OFFERS = {
    "ja": {
        Choice.RETRY_FACE: r"顔で(も)?確認(する|して|でき(ます|る))|カメラの正面で|マスク",
        Choice.PIN: r"暗証番号(で確認(する|して)|を入れ)",
    },
    "ja-x-easy": {
        Choice.RETRY_FACE: r"かおを つかってください|カメラの まえ|マスク",
        Choice.PIN: r"あんしょうばんごうを (つかって|いれて)",
    },
    "en": {
        Choice.RETRY_FACE: r"[Uu]se your face|in front of the camera|look at the camera|mask",
        Choice.PIN: r"[Uu]se (your|the) PIN|[Ee]nter .*PIN",
    },
    "es": {
        Choice.RETRY_FACE: r"use su rostro|frente a la cámara|mire a la cámara|mascarilla",
        Choice.PIN: r"(use|[Ii]ngrese) (su|la) clave",
    },
    "pt": {
        Choice.RETRY_FACE: r"use seu rosto|em frente à câmera|olhe para a câmera|máscara",
        Choice.PIN: r"(use|[Dd]igite) (sua|a) senha",
    },
    "id": {
        Choice.RETRY_FACE: r"pakai wajah|di depan kamera|lihat ke kamera|masker",
        Choice.PIN: r"\b(pakai|[Mm]asukkan) PIN",
    },
    "tl": {
        Choice.RETRY_FACE: r"[Gg]amitin po ang mukha|tapat ng camera|tumingin .*camera|mask",
        Choice.PIN: r"[Gg]amitin po ang PIN|\b[Ii]lagay .*PIN",
    },
    "vi": {
        Choice.RETRY_FACE: r"dùng khuôn mặt|trước camera|nhìn vào camera|khẩu trang",
        Choice.PIN: r"(dùng|lòng nhập) mã PIN",
    },
    "ko": {
        Choice.RETRY_FACE: r"얼굴로 확인하거나|카메라 정면|마스크",
        Choice.PIN: r"비밀번호(로 확인하거나|를 입력)",
    },
    "zh-Hans": {
        Choice.RETRY_FACE: r"请用人脸|摄像头正前方|看(着|向)?摄像头|口罩",
        Choice.PIN: r"请(用|输入)[^。]*密码",
    },
    "zh-Hant": {
        Choice.RETRY_FACE: r"請使用臉部|鏡頭正前方|看(著|向)?鏡頭|口罩",
        Choice.PIN: r"請(以|輸入)[^。]*密碼",
    },
    "ne": {
        Choice.RETRY_FACE: r"अनुहारबाट पुष्टि गर्नुहोस्|क्यामेराअगाडि|मास्क",
        Choice.PIN: r"PIN (बाट पुष्टि गर्नुहोस्|हाल्नुहोस्)",
    },
    "my": {
        Choice.RETRY_FACE: r"မျက်နှာဖြင့် စစ်ပါ|ကင်မရာရှေ့|နှာခေါင်းစည်း",
        Choice.PIN: r"PIN (ဖြင့် စစ်ပါ|.*ထည့်ပါ)",
    },
}
"""Words that send the patient to a face check, or to the PIN."""
BUTTONS = {
    "ja": "ボタン",
    "ja-x-easy": "ボタン",
    "en": "button",
    "es": "botón",
    "pt": "botão",
    "id": "tombol",
    "tl": "button|pindutan",
    "vi": "nút",
    "ko": "버튼",
    "zh-Hans": "按钮|按键",
    "zh-Hant": "按鈕",
    "ne": "बटन",
    "my": "ခလုတ်",
}
"""What stands on no page without one."""
OF_CARDS = {
    "ja": r"(?<!マイナンバー)カード(の|を|が|に|ケース)|市区町村",
    "ja-x-easy": r"(?<!マイナンバー)カード(?!を よむ|として)|しやくしょ",
    "en": r"(?<!My Number )\b[Cc]ard\b(?! reader)|municipal",
    "es": r"\b[Tt]arjeta\b(?! My Number| o el celular| de seguro)|municipalidad",
    "pt": r"\b[Cc]artão\b(?! My Number| do seguro)|prefeitura",
    "id": r"(?<!Pembaca )\b[Kk]artu\b(?! My Number| asuransi)|kantor kota",
    "tl": r"(?<!My Number )(?<!insurance )\b[Cc]ard\b(?! reader)|city hall",
    "vi": r"(?<!Đầu đọc )\b[Tt]hẻ\b(?! My Number)|văn phòng thành phố",
    "ko": r"(?<!마이넘버)카드(?! 리더기)|시구정촌",
    "zh-Hans": r"(?<!个人编号)(?<!读)卡|市区町村",
    "zh-Hant": r"(?<!個人編號)(?<!讀)卡|市區町村",
    "ne": r"(?<!माइ नम्बर )(?<!बीमा )कार्ड(?! रिडर)|नगरपालिका",
    "my": r"(?<!My Number )(?<!အာမခံ)ကတ်(?!ဖတ်စက်)|မြို့နယ်ရုံး",
}
"""Words that are wrong where a phone lies."""
